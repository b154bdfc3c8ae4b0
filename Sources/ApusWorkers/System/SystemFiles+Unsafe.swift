// Part of Apus, Apache-2.0. See LICENSE.

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
  /// Opens or makes a file for this process alone, with the rights of its owner only.
  static func openLocked(_ path: String) throws -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw WorkerError(.checkpoint, "\(path) cannot be opened: \(lastError).")
    }
    guard lock(descriptor) else {
      close(descriptor)
      throw WorkerError(
        .checkpoint, "\(path) is in use by another run: wait for its end, or name another file.")
    }
    return descriptor
  }

  /// Locks a file; a run that is just ending, or a look at the file, is waited for.
  private static func lock(_ descriptor: Int32) -> Bool {
    let end = now + 3_000_000_000
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if now > end { return false }
      usleep(10_000)
    }
    return true
  }

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

  static func cut(_ descriptor: Int32, at end: Int, _ path: String) throws {
    guard ftruncate(descriptor, off_t(end)) == 0 else {
      throw WorkerError(.checkpoint, "\(path) cannot be written: \(lastError).")
    }
  }

  /// Writes bytes at a position, which is the file's end; if the system takes only a part of them, the file ends there as before.
  static func append(
    _ bytes: [UInt8], to descriptor: Int32, at end: Int, _ path: String
  ) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written,
          off_t(end + written))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = lastError
        _ = ftruncate(descriptor, off_t(end))
        throw WorkerError(
          .checkpoint,
          "\(path) takes no more results: \(reason). What was finished before is kept; make room and run again."
        )
      }
      written += count
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
