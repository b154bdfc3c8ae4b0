// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

/// libzmq's threads and sockets of one controller, engine or client.
package final class TransportContext: @unchecked Sendable {
  // libzmq lets any thread use a context; the pointer never changes.
  let handle: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - threads: libzmq's own threads, which move bytes.
  ///   - sockets: the most sockets.
  package init(threads: Int = 1, sockets: Int = 65_536) throws(TransportError) {
    guard let handle = zmq_ctx_new() else { throw .last("make a messaging context") }
    self.handle = handle
    zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(threads))
    let most = zmq_ctx_get(handle, ZMQ_SOCKET_LIMIT)
    zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, min(Int32(sockets), most))
    zmq_ctx_set(handle, ZMQ_BLOCKY, 0)
  }

  /// Ends when all sockets are closed.
  deinit { zmq_ctx_term(handle) }

  /// libzmq's version, "4.3.4".
  package static var version: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Whether this libzmq encrypts.
  package static var hasCurve: Bool { zmq_has("curve") == 1 }
}

extension TransportError {
  /// The last error of this thread.
  static func last(_ action: String) -> TransportError {
    let number = zmq_errno()
    return TransportError(action, number: number, reason: String(cString: zmq_strerror(number)))
  }
}
