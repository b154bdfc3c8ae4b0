// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

// Safety: Events are read from frames of 6 bytes, whose size is checked.

/// Reports which connections of a socket have ended, or were refused.
package final class SocketMonitor {
  /// What is reported.
  package enum Kind: Sendable { case disconnections, refusals }

  package let events: Socket
  private let parcel = Parcel()

  /// - Parameter name: a name that is unique among the monitors of the context.
  package init(
    _ socket: Socket, name: String, _ kind: Kind = .disconnections, in context: TransportContext
  ) throws(TransportError) {
    let address = "inproc://monitor-\(name)"
    let wanted = kind == .disconnections ? ZMQ_EVENT_DISCONNECTED : Self.refusals
    if zmq_socket_monitor(socket.handle, address, wanted) != 0 { throw .last("monitor \(name)") }
    events = try Socket(.pair, name: "monitor of \(name)", in: context)
    try events.connect(address)
  }

  /// A connection that ends before it has said anything is none: engines try addresses in this way.
  private static var refusals: Int32 {
    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
  }

  /// The number of connections that were refused since the last call.
  package func takeRefusals() -> Int {
    var count = 0
    while events.receive(into: parcel) { count += 1 }
    return count
  }

  /// The descriptor of the next connection that has ended, or nil if there is no further one.
  package func nextDisconnection() -> Int32? {
    while events.receive(into: parcel) {
      guard parcel.count > 0 else { continue }
      let event = parcel.withFrame(0) { bytes -> (kind: UInt16, value: Int32)? in
        guard bytes.count == 6 else { return nil }
        return bytes.withUnsafeBytes {
          ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: Int32.self))
        }
      }
      if let event, Int32(event.kind) == ZMQ_EVENT_DISCONNECTED { return event.value }
    }
    return nil
  }
}
