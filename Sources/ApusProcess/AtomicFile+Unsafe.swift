// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Bytes are written from an array that lives through the call; the descriptor is closed exactly once.

/// Writes files whole or not at all.
package enum AtomicFile {
  /// Writes a draft beside the file and renames it, so that readers see the old content or the new one.
  ///
  /// - Parameter mode: the permissions of the file, for instance 0o600.
  /// - Throws: ``ProcessError`` `.cannotWrite`; the old file is then as it was.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32
  ) throws(ProcessError) {
    let draft = "\(path).\(getpid()).new"
    unlink(draft)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw failure(draft, "cannot be written") }
    // The mask of the process does not apply: readers elsewhere may need a file of mode 0o644.
    let isWhole = fchmod(descriptor, mode_t(mode)) == 0 && write(all: bytes, to: descriptor)
    let wasClosed = close(descriptor) == 0
    guard isWhole, wasClosed else {
      let error = failure(draft, "cannot be written")
      unlink(draft)
      throw error
    }
    guard rename(draft, path) == 0 else {
      let error = failure(path, "cannot be replaced")
      unlink(draft)
      throw error
    }
  }

  private static func failure(_ path: String, _ what: String) -> ProcessError {
    ProcessError(.cannotWrite, "\(path) \(what): \(String(cString: strerror(errno)))")
  }

  private static func write(all bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = writeBytes(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  private static func writeBytes(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }

  private static func rename(_ path: String, _ target: String) -> Int32 {
    #if canImport(Glibc)
      Glibc.rename(path, target)
    #elseif canImport(Musl)
      Musl.rename(path, target)
    #else
      Darwin.rename(path, target)
    #endif
  }
}
