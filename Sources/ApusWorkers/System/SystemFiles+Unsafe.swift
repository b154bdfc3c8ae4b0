// Part of Apus, Apache-2.0. See LICENSE.

import ApusRecordLog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Buffers that are handed to the system live until its functions return.

/// Files of checkpoints.
extension System {
  /// The bytes of a checkpoint, and whether another process has locked it; nil if the file begins otherwise.
  static func readCheckpoint(_ path: String, _ magic: [UInt8]) throws -> ([UInt8], Bool)? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw WorkerError(.checkpoint, "\(path) cannot be opened: \(lastError).")
    }
    defer { close(descriptor) }
    guard read(descriptor, from: 0, count: magic.count) == magic else { return nil }
    let isFree = flock(descriptor, LOCK_SH | LOCK_NB) == 0
    flock(descriptor, LOCK_UN)
    return (read(descriptor, from: 0, count: size(of: descriptor)), !isFree)
  }

  /// All bytes of a file; nil if there is none.
  ///
  /// - Throws: ``WorkerError`` if it cannot be read.
  static func contents(of path: String) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw WorkerError(.checkpoint, "\(path) cannot be opened: \(lastError).")
    }
    defer { close(descriptor) }
    return read(descriptor, from: 0, count: size(of: descriptor))
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, in no order.
  static func names(in path: String) throws -> [String] {
    do {
      return try RecordFolder.names(in: path)
    } catch {
      throw WorkerError(.checkpoint, "\(error).")
    }
  }

  /// A path from the root of the file system.
  static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return String(cString: folder) + "/" + plain
  }

  /// Puts a file in its place as a whole, which readers on other hosts see as a whole, unless it has this content.
  ///
  /// - Parameter draft: a path beside it that no other process on any host uses.
  /// - Throws: ``WorkerError`` if it cannot be written.
  static func put(_ bytes: [UInt8], in path: String, draft: String) throws {
    if try contents(of: path) == bytes { return }
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw WorkerError(.checkpoint, "\(draft) cannot be written: \(lastError).")
    }
    let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    let isWhole = written == bytes.count && fsync(descriptor) == 0
    close(descriptor)
    guard isWhole, rename(draft, path) == 0 else {
      let error = WorkerError(.checkpoint, "\(path) cannot be written: \(lastError).")
      unlink(draft)
      throw error
    }
  }

  /// What tells this program's file from others, without a look at its bytes; 0 if the system does not say.
  ///
  /// Linux starts a worker from the very file that runs, even if another has taken its name, and lets nobody write to it.
  static let buildIdentity: UInt64 = {
    var status = stat()
    guard let path = ownProgram, stat(path, &status) == 0 else { return 0 }
    var digest = Digest()
    var parts = [
      Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino),
      Int(status.st_size),
    ]
    #if canImport(Darwin)
      parts += [status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec]
    #endif
    digest.fold(parts.flatMap { part in withUnsafeBytes(of: part) { Array($0) } })
    return digest.value
  }()

  /// A digest of this program's file; 0 if it cannot be read.
  static let buildDigest: UInt64 = {
    guard let path = ownProgram else { return 0 }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var digest = Digest()
    var start = 0
    while true {
      let part = read(descriptor, from: start, count: 1 << 20)
      if part.isEmpty { return digest.value }
      digest.fold(part)
      start += part.count
    }
  }()
}
