// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Buffers that are handed to the system live until its functions return; the descriptor is closed exactly once.

/// A file to which one process at a time appends records; the system gives it up when the process ends for any reason.
package final class RecordFile: Sendable {
  package let path: String
  private let descriptor: Int32

  private static var lastError: String { String(cString: strerror(errno)) }

  /// Opens or makes a file for this process alone, with the rights of its owner only.
  ///
  /// A process that is just ending, or a look at the file, is waited for up to three seconds.
  ///
  /// - Parameter isShared: whether the file, which exists, is only read, and others may read it at the same time.
  /// - Throws: ``RecordFileError`` `.cannotOpen` or `.inUse`.
  package init(_ path: String, isShared: Bool = false) throws(RecordFileError) {
    self.path = path
    descriptor = open(path, (isShared ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw RecordFileError(.cannotOpen, path, reason: Self.lastError)
    }
    if isShared { return }
    for _ in 0..<300 {
      // A file system that knows no locks is used without one.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
      usleep(10_000)
    }
    throw RecordFileError(.inUse, path)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// All bytes of the file.
  package func readAll() throws(RecordFileError) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.cannotRead) }
    var position = 0
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while position < size {
        let read = pread(
          descriptor, buffer.baseAddress.map { $0 + position }, size - position, off_t(position))
        if read < 0 && errno == EINTR { continue }
        if read <= 0 { break }
        position += read
      }
      count = position
    }
    guard position == size else { throw failure(.cannotRead) }
    return bytes
  }

  /// Removes what stands behind a position.
  package func cut(at end: Int) throws(RecordFileError) {
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw failure(.cannotWrite) }
  }

  /// Writes bytes at a position, which is the file's end; if the system takes only a part of them, the file ends there as
  /// before.
  package func append(_ bytes: [UInt8], at end: Int) throws(RecordFileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written,
          off_t(end + written))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error = failure(.cannotWrite)
        _ = ftruncate(descriptor, off_t(end))
        throw error
      }
      written += count
    }
  }

  /// Waits until the disk has all that was written.
  package func sync() throws(RecordFileError) {
    guard fsync(descriptor) == 0 else { throw failure(.cannotWrite) }
  }

  private func failure(_ code: RecordFileError.Code) -> RecordFileError {
    RecordFileError(code, path, reason: Self.lastError)
  }
}
