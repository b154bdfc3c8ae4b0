// Part of Apus, Apache-2.0. See LICENSE.

/// The memory of processes, where the system shows it.
package enum ProcessMemory {
  /// The most bytes that a process and those that it has started have had in memory, each at its own time; nil if the system does
  /// not show it.
  package static func peak(withChildrenOf pid: Int) -> Int? {
    guard let own = peak(pid) else { return nil }
    let children = SystemFiles.names(in: "/proc").compactMap { Int($0) }
      .filter { ProcessIdentity.parent($0) == pid }
    return own + children.compactMap { peak($0) }.reduce(0, +)
  }

  /// The high-water mark of one process, `VmHWM` of Linux.
  private static func peak(_ pid: Int) -> Int? {
    guard let bytes = SystemFiles.read("/proc/\(pid)/status") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 * 1024 }
  }
}
