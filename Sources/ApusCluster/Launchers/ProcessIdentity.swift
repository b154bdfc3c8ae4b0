// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A process that cannot be taken for a later one of the same number.
package struct ProcessIdentity: Sendable, Hashable, Codable {
  package let pid: Int
  /// When it started, in the system's ticks since its start; 0 if the system does not tell.
  package let started: Int

  package init(pid: Int, started: Int) {
    self.pid = pid
    self.started = started
  }

  /// The process of this number, or nil if there is none.
  package init?(pid: Int) {
    guard let fields = Self.fields(pid), fields.count > 19, fields[0] != "Z",
      let started = Int(fields[19])
    else { return nil }
    self.init(pid: pid, started: started)
  }

  /// Whether it still runs.
  package var isAlive: Bool { ProcessIdentity(pid: pid) == self }

  /// The fields of the system's line on a process after its name: state, parent, group, session, ...
  private static func fields(_ pid: Int) -> [Substring]? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
    let line = String(decoding: data, as: UTF8.self)
    guard let end = line.lastIndex(of: ")") else { return nil }
    return line[line.index(after: end)...].split(separator: " ")
  }

  /// All processes of this user that have a variable with this value, other than this one.
  package static func all(with variable: String, _ value: String) -> [ProcessIdentity] {
    let wanted = Array("\(variable)=\(value)".utf8)
    let own = HostName.process
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int($0) }.filter { $0 != own }.sorted().compactMap { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
        data.split(separator: 0).contains(where: { Array($0) == wanted })
      else { return nil }
      return ProcessIdentity(pid: pid)
    }
  }
}
