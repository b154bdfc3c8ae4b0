// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The context is terminated exactly once, when no socket holds it any more; any thread may use it.

/// A context of libzmq: its threads and sockets in one controller, engine or client.
package final class TransportContext: @unchecked Sendable {
  // libzmq lets any thread use a context; the pointer never changes.
  let handle: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - threads: the number of libzmq's own I/O threads.
  ///   - sockets: the limit on the number of sockets.
  package init(threads: Int = 1, sockets: Int = 65_536) throws(TransportError) {
    guard let handle = zmq_ctx_new() else { throw .last("create a messaging context") }
    self.handle = handle
    zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(threads))
    let most = zmq_ctx_get(handle, ZMQ_SOCKET_LIMIT)
    zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, min(Int32(sockets), most))
    zmq_ctx_set(handle, ZMQ_BLOCKY, 0)
  }

  /// Waits until all sockets are closed.
  deinit { zmq_ctx_term(handle) }

  /// The version of libzmq, such as "4.3.4".
  package static var version: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Gives memory that is free back to the system, where the C library keeps it.
  package static func returnMemory() {
    #if canImport(Glibc)
      malloc_trim(0)
    #endif
  }
}

extension TransportError {
  /// libzmq's last error on this thread.
  static func last(_ action: String) -> TransportError {
    let number = zmq_errno()
    return TransportError(
      number == EADDRINUSE ? .addressInUse : .system,
      "cannot \(action): \(String(cString: zmq_strerror(number)))")
  }
}
