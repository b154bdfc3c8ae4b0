// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: The bytes live until the system has copied them.

/// Arrays that travel to another host.
extension SharedArrayFile {
  /// Makes a file of what another process has placed in its own.
  ///
  /// - Throws: ``WorkerError`` if the system gives no memory.
  package static func make(of bytes: [UInt8]) throws -> SharedArrayFile {
    let file = SharedArrayFile()
    if bytes.isEmpty { return file }
    let descriptor = apus_memory(0)
    file.adopt(descriptor, byteCount: bytes.count)
    let isWritten = bytes.withUnsafeBytes { bytes in
      descriptor >= 0 && apus_write_at(descriptor, bytes.baseAddress, bytes.count, 0) == 0
    }
    guard isWritten, apus_resize(descriptor, bytes.count) == 0 else {
      throw WorkerError(
        .systemRefused,
        "The system gave no memory of \(bytes.count) bytes for arrays: \(System.lastError).")
    }
    return file
  }

  /// All bytes, to be sent to another host; empty if there are none.
  package var contents: [UInt8] {
    byteCount == 0 ? [] : System.read(descriptor, from: 0, count: byteCount)
  }
}
