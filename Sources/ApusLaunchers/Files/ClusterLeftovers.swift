// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What starts have left in a profile though no cluster's file names it: locks that nobody holds, drafts of files, logs
/// of processes that have ended, and what they had asked schedulers.
package struct ClusterLeftovers {
  private let profileDirectory: String

  package init(_ profileDirectory: String) { self.profileDirectory = profileDirectory }

  /// Removes it.
  ///
  /// - Returns: what was removed.
  package func remove() -> [String] {
    locks.filter { path in
      // A lock is removed while it is held: a start that waits for it sees that its name is gone.
      guard let lock = try? FileLock(path: path) else { return false }
      return withExtendedLifetime(lock) { Self.remove(path) }
    } + (drafts + logs + questions).filter(Self.remove)
  }

  private static func remove(_ path: String) -> Bool {
    (try? FileManager.default.removeItem(atPath: path)) != nil
  }

  private func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(profileDirectory)/\(folder)")) ?? [])
      .sorted()
  }

  private func security(_ ending: String) -> [String] {
    names("security").filter { $0.hasSuffix(ending) }.map { "\(profileDirectory)/security/\($0)" }
  }

  /// The locks of clusters that have no file.
  private var locks: [String] {
    security(".json.lock").filter { path in
      path.hasPrefix("\(profileDirectory)/security/apus-")
        && !FileManager.default.fileExists(atPath: String(path.dropLast(5)))
    }
  }

  private var drafts: [String] {
    security(".new").filter { Self.hasEnded(String($0.dropLast(4)), separator: ".") }
  }

  /// The logs of launchers; those of controllers and engines are named by the file of their cluster, and other programs
  /// name theirs alike.
  private var logs: [String] {
    let used = Set(ClusterFile.all(in: profileDirectory).clusters.flatMap(\.logs))
    return names("log").filter { name in
      let log = name.hasSuffix(".1") ? String(name.dropLast(2)) : name
      let isOurs = log.hasPrefix("apus-cluster-")
      return isOurs && log.hasSuffix(".log") && !used.contains("\(profileDirectory)/log/\(log)")
        && Self.hasEnded(String(log.dropLast(4)), separator: "-")
    }.map { "\(profileDirectory)/log/\($0)" }
  }

  /// Answers of commands and scripts for them, whose names have the number of the process that ran them: `apus-command-PID-…`.
  private var questions: [String] {
    names("log").filter { name in
      guard name.hasPrefix("apus-command-") else { return false }
      let parts = name.split(separator: "-")
      return parts.count > 3 && Self.hasEnded(String(parts[2]), separator: "-")
    }.map { "\(profileDirectory)/log/\($0)" }
  }

  /// Whether a name ends with the number of a process that has ended.
  private static func hasEnded(_ name: String, separator: Character) -> Bool {
    guard let pid = name.split(separator: separator).last.flatMap({ Int($0) }) else { return false }
    return ProcessIdentity(pid: pid) == nil
  }
}
