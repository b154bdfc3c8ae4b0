// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What starts have left in a profile though no cluster's file names it: locks that nobody holds, drafts of files, and logs
/// of processes that have ended.
package struct ClusterLeftovers {
  private let profileDirectory: String

  package init(_ profileDirectory: String) { self.profileDirectory = profileDirectory }

  package var paths: [String] { security + logs }

  private func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(profileDirectory)/\(folder)")) ?? [])
      .sorted()
  }

  private var security: [String] {
    names("security").map { "\(profileDirectory)/security/\($0)" }.filter { path in
      if path.hasSuffix(".json.lock") {
        return (try? FileLock(path: path)) != nil
      }
      return path.hasSuffix(".new") && Self.hasEnded(String(path.dropLast(4)), separator: ".")
    }
  }

  /// The logs of controllers, engines and launchers, whose names end with the number of a process.
  private var logs: [String] {
    let used = Set(ClusterFile.all(in: profileDirectory).clusters.flatMap(\.logs))
    return names("log").filter { name in
      let log = name.hasSuffix(".1") ? String(name.dropLast(2)) : name
      let isOurs = ["apus-cluster-", "ipcontroller-", "ipengine-"].contains { log.hasPrefix($0) }
      return isOurs && log.hasSuffix(".log") && !used.contains("\(profileDirectory)/log/\(log)")
        && Self.hasEnded(String(log.dropLast(4)), separator: "-")
    }.map { "\(profileDirectory)/log/\($0)" }
  }

  /// Whether a name ends with the number of a process that has ended.
  private static func hasEnded(_ name: String, separator: Character) -> Bool {
    guard let pid = name.split(separator: separator).last.flatMap({ Int($0) }) else { return false }
    return ProcessIdentity(pid: pid) == nil
  }
}
