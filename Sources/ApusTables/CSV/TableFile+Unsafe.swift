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
    let exists = stat(path, &status) == 0
    let isOther = exists && status.st_mode & S_IFMT != S_IFREG
    // Beside the file that a link leads to, with its permissions.
    let place = exists ? resolved(path) : path
    let mode = exists ? status.st_mode & 0o777 : 0o666
    let (descriptor, target) =
      isOther ? (open(path, O_WRONLY | O_CLOEXEC), path) : openNew(beside: place, mode)
    guard descriptor >= 0 else { throw error(path, errno) }
    if exists && !isOther { fchmod(descriptor, mode) }
    var code = put(bytes, descriptor)
    if close(descriptor) != 0 && code == 0 { code = errno }
    if code == 0 && !isOther && rename(target, place) != 0 { code = errno }
    guard code == 0 else {
      if !isOther { unlink(target) }
      throw error(path, code)
    }
  }

  /// Opens a file that did not exist.
  private static func openNew(beside place: String, _ mode: mode_t) -> (Int32, String) {
    var attempt = 0
    while true {
      let target = "\(place).\(getpid()).\(attempt)"
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
      let descriptor = open(target, flags, mode)
      if descriptor >= 0 || errno != EEXIST || attempt == 1000 { return (descriptor, target) }
      attempt += 1
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let text = realpath(path, nil) else { return path }
    defer { free(text) }
    return String(cString: text)
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
