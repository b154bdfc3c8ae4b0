// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Safety: The descriptor is closed once. Pointers are used only within the closures that get them.

/// Writes files as a whole.
enum TableFile {
  /// Writes a file beside the old one, which it then replaces.
  ///
  /// What is no regular file, such as a pipe, is written directly.
  ///
  /// - Throws: ``TableError`` `.file`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    var status = stat()
    let isOther = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    let target = isOther ? path : "\(path).\(getpid()).new"
    let flags = isOther ? O_WRONLY : O_WRONLY | O_CREAT | O_TRUNC
    let descriptor = open(target, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw error(path, errno) }
    var code = put(bytes, descriptor)
    if close(descriptor) != 0 && code == 0 { code = errno }
    if code == 0 && !isOther && rename(target, path) != 0 { code = errno }
    guard code == 0 else {
      if !isOther { unlink(target) }
      throw error(path, code)
    }
  }

  private static func error(_ path: String, _ code: Int32) -> TableError {
    TableError(.file, "\(path) cannot be written: \(String(cString: strerror(code))).")
  }

  /// - Returns: an error number; 0 for success.
  private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var position = 0
      while position < buffer.count {
        let count = putBytes(
          descriptor, buffer.baseAddress.map { $0 + position }, buffer.count - position)
        if count < 0 && errno == EINTR { continue }
        if count < 0 { return errno }
        position += count
      }
      return 0
    }
  }
}

/// `write(2)`, whose name this type's method hides.
private func putBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
