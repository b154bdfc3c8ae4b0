// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A process ID with a start time, which cannot be confused with a later process of the same ID.
package struct ProcessIdentity: Sendable, Hashable, Codable {
  package let pid: Int
  /// The start time in clock ticks since the system booted; 0 if the system does not report it.
  package let started: Int

  package init(pid: Int, started: Int) {
    self.pid = pid
    self.started = started
  }

  /// The process with this ID; nil if there is none.
  package init?(pid: Int) {
    guard let fields = Self.fields(pid), fields.count > 19, fields[0] != "Z",
      let started = Int(fields[19])
    else { return nil }
    self.init(pid: pid, started: started)
  }

  /// Whether it is still running.
  package var isAlive: Bool { ProcessIdentity(pid: pid) == self }

  /// The fields of `/proc/PID/stat` that follow the command name: state, parent, group, session, ...
  private static func fields(_ pid: Int) -> [Substring]? {
    guard let bytes = SystemFiles.read("/proc/\(pid)/stat") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self)
    guard let end = line.lastIndex(of: ")") else { return nil }
    return line[line.index(after: end)...].split(separator: " ")
  }

  /// The process that has started a process; nil if there is none.
  static func parent(_ pid: Int) -> Int? {
    fields(pid).flatMap { $0.count > 1 ? Int($0[1]) : nil }
  }

  /// The words of the command line of a process; empty if there is no such process.
  package static func commandLine(_ pid: Int) -> [String] {
    (SystemFiles.read("/proc/\(pid)/cmdline") ?? []).split(separator: 0).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// All processes of this user, except this one, whose environment has a variable with this value.
  package static func all(with variable: String, _ value: String) -> [ProcessIdentity] {
    let wanted = Array("\(variable)=\(value)".utf8)
    let own = Int(getpid())
    let names = SystemFiles.names(in: "/proc")
    return names.compactMap { Int($0) }.filter { $0 != own }.sorted().compactMap { pid in
      guard let variables = SystemFiles.read("/proc/\(pid)/environ"),
        variables.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
      else { return nil }
      return ProcessIdentity(pid: pid)
    }
  }
}
