// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The reader is closed in deinit. The caller must read or discard once, which closes the writer.

/// A pipe through which a child reports how its start went.
package final class ReportPipe: Sendable {
  package let writer: Int32
  private let reader: Int32

  package init() throws(ProcessError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ProcessError(.noDescriptor, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit { close(reader) }

  /// The environment variable that tells a child that its parent reads what it writes to descriptor 3.
  package static let variable = "APUS_REPORT"

  /// Reads until the child, and every other process that holds the other end, has closed it.
  ///
  /// - Returns: false if that takes longer than the timeout.
  package func readAll(within timeout: Duration, _ took: (String) -> Void) -> Bool {
    close(writer)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let clock = ContinuousClock()
    let deadline = clock.now + timeout
    while true {
      let left = clock.now.duration(to: deadline) / .milliseconds(1)
      var item = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&item, 1, Int32(min(left.rounded(.up), 1e9))) > 0 else { return false }
      let count = read(reader, &bytes, bytes.count)
      if count <= 0 { return true }
      took(String(decoding: bytes[..<count], as: UTF8.self))
    }
  }

  /// The end that a child gets whose end is to come when this process closes the other, or ends.
  package var readingEnd: Int32 { reader }

  /// Closes the writer, because no child was started, or because those that read are to end.
  package func discard() { close(writer) }

  /// Marks the end that this process writes to as close-on-exec, so that its own children do not inherit it.
  package static func setCloseOnExec() { _ = fcntl(3, F_SETFD, FD_CLOEXEC) }

  /// Writes to the parent of this process, and closes the pipe if this is the last text.
  package static func write(_ text: String, isLast: Bool) {
    var text = text
    _ = text.withUTF8 { writeBytes(3, $0.baseAddress, $0.count) }
    if isLast { close(3) }
  }

  private static func writeBytes(
    _ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int
  ) -> Int {
    guard let bytes else { return 0 }
    #if canImport(Glibc)
      return Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      return Musl.write(descriptor, bytes, count)
    #else
      return Darwin.write(descriptor, bytes, count)
    #endif
  }
}
