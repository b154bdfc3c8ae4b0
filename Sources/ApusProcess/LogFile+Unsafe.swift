// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Bytes are read into an array that lives through the call; each descriptor is closed exactly once.

/// Logs that other processes append to, however large they are.
package enum LogFile {
  /// The size in bytes; 0 if there is no such file.
  package static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The last bytes of a file, without reading the rest; empty if it cannot be read.
  package static func end(of path: String, byteCount: Int) -> [UInt8] {
    read(path, from: max(0, size(of: path) - byteCount), byteCount: byteCount)
  }

  /// The bytes of a file from an offset on; empty if it cannot be read, or has no more.
  package static func read(_ path: String, from start: Int, byteCount: Int) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(0, min(byteCount, size - start)))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(
          descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(start + filled))
      }
      if count <= 0 { break }
      filled += count
    }
    return Array(bytes[..<filled])
  }

  /// The name of the file that keeps what was rotated out of a log.
  package static func rotated(_ path: String) -> String { path + ".1" }

  /// Moves the end of a log to a second file and empties the log, to which its process goes on appending.
  ///
  /// - Returns: whether the log was emptied; if the disk is full, its end is lost.
  @discardableResult
  package static func rotate(_ path: String, keeping byteCount: Int) -> Bool {
    let end = end(of: path, byteCount: byteCount)
    let isEmptied = truncate(path, 0) == 0
    try? AtomicFile.write(end, to: rotated(path), mode: 0o600)
    return isEmptied
  }
}
