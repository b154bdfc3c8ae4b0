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
