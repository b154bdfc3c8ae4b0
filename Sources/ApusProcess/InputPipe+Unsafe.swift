// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Each end is closed once, the reader by ``closeReader()`` or deinit, the writer by ``close()`` or deinit.

/// A pipe through which a child reads its standard input; its end is the end of this object, or of this process.
package final class InputPipe {
  private var reader: Int32
  private var writer: Int32

  package init() throws(ProcessError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ProcessError(.noDescriptor, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reader, writer) = (ends[0], ends[1])
    // A child that has ended, or never reads, must not stop this process.
    _ = fcntl(writer, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReader()
    close()
  }

  /// The descriptor for the child.
  package var readingEnd: Int32 { reader }

  /// Closes this process's copy of the reader, once the child has its own.
  package func closeReader() {
    if reader >= 0 { closeDescriptor(reader) }
    reader = -1
  }

  /// Ends the child's input.
  package func close() {
    if writer >= 0 { closeDescriptor(writer) }
    writer = -1
  }

  /// Writes a text that fits into the pipe.
  ///
  /// - Returns: false if it does not fit, or nobody reads it.
  package func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { writeBytes(writer, $0.baseAddress, $0.count) == $0.count }
  }

  private func closeDescriptor(_ descriptor: Int32) {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #elseif canImport(Musl)
      Musl.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }

  private func writeBytes(
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
