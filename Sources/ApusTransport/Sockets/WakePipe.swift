// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A pipe through which other threads wake the thread of a loop.
package final class WakePipe: Sendable {
  package let reader: Int32
  private let writer: Int32

  package init() throws(TransportError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("create a pipe") }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  /// Wakes the loop; may be called from a signal handler.
  package func wake() {
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Consumes all pending wake-ups.
  package func clear() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while read(reader, &bytes, bytes.count) == bytes.count {}
  }
}

extension TransportError {
  static func system(_ action: String) -> TransportError {
    TransportError(.system, "cannot \(action): \(String(cString: strerror(errno)))")
  }
}
