// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import CZMQ

// Safety: A socket owns libzmq's handle and closes it exactly once; it holds its context, which therefore outlives it. The caller
// must use a socket on one thread.

/// A socket of libzmq.
///
/// It must be used on the thread of its loop.
package final class Socket {
  package enum Kind: Int32, Sendable {
    case pair = 0
    case publish = 1
    case subscribe = 2
    case dealer = 5
    case router = 6
  }

  /// The outcome of sending a message.
  package enum Sending: Sendable { case sent, unreachable, full }

  package let kind: Kind
  /// The name in error messages, such as "task (engines)".
  package let name: String
  let handle: UnsafeMutableRawPointer
  private let context: TransportContext
  /// Whether there may be a message that its descriptor does not signal, or no longer signals.
  var mayHaveInput = true

  package init(_ kind: Kind, name: String, in context: TransportContext) throws(TransportError) {
    guard let handle = zmq_socket(context.handle, kind.rawValue) else {
      throw .last("open the socket \(name)")
    }
    self.kind = kind
    self.name = name
    self.handle = handle
    self.context = context
    for option in [ZMQ_SNDHWM, ZMQ_RCVHWM] { try set(option, 0) }
    try set(ZMQ_LINGER, 1000)
    try set(ZMQ_BACKLOG, 4096)
    if kind == .subscribe { try set(ZMQ_SUBSCRIBE, "") }
  }

  deinit { zmq_close(handle) }

  func set(_ option: Int32, _ value: Int32) throws(TransportError) {
    mayHaveInput = true
    var value = value
    if zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) != 0 {
      throw .last("set option \(option) of the socket \(name)")
    }
  }

  func set(_ option: Int32, _ text: String) throws(TransportError) {
    if zmq_setsockopt(handle, option, text, text.utf8.count) != 0 {
      throw .last("set option \(option) of the socket \(name)")
    }
  }

  /// Sets the routing identity under which a router knows this socket.
  package func set(identity: String) throws(TransportError) { try set(ZMQ_ROUTING_ID, identity) }

  /// Limits the size of a frame, in bytes; a larger one closes its connection.
  package func set(longestFrame: Int) throws(TransportError) {
    var value = Int64(longestFrame)
    if zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &value, MemoryLayout<Int64>.size) != 0 {
      throw .last("limit the socket \(name)")
    }
  }

  /// Limits how many messages wait for one peer; a publisher drops what comes after them.
  package func set(longestQueue count: Int) throws(TransportError) {
    try set(ZMQ_SNDHWM, Int32(clamping: count))
  }

  /// Closes a TCP connection whose peer has taken nothing for this time though there is something to send.
  package func set(stallTimeout: Duration) throws(TransportError) {
    try set(ZMQ_TCP_MAXRT, Int32(clamping: stallTimeout.milliseconds))
  }

  /// Sets how long unsent messages are kept after the socket is closed.
  package func set(linger: Duration) throws(TransportError) {
    try set(ZMQ_LINGER, Int32(clamping: linger.milliseconds))
  }

  /// Makes a router report a receiver that is gone instead of dropping the message.
  package func setMandatory() throws(TransportError) { try set(ZMQ_ROUTER_MANDATORY, 1) }

  /// Sends libzmq heartbeats to the peer at an interval, and closes the connection if none is answered within
  /// the interval or a second, whichever is longer.
  package func set(heartbeat interval: Duration) throws(TransportError) {
    let milliseconds = Int32(clamping: max(1, interval.milliseconds))
    try set(ZMQ_HEARTBEAT_IVL, milliseconds)
    try set(ZMQ_HEARTBEAT_TIMEOUT, max(1000, milliseconds))
  }

  package func serveCurve(_ keys: CurveKeys) throws(TransportError) {
    try set(ZMQ_CURVE_SERVER, 1)
    try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
  }

  package func useCurve(serverKey: String, _ keys: CurveKeys) throws(TransportError) {
    try set(ZMQ_CURVE_SERVERKEY, serverKey)
    try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey)
    try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
  }

  package func bind(_ address: String) throws(TransportError) {
    mayHaveInput = true
    if zmq_bind(handle, address) != 0 { throw .last("listen on \(address) for \(name)") }
  }

  package func connect(_ address: String) throws(TransportError) {
    mayHaveInput = true
    if zmq_connect(handle, address) != 0 { throw .last("connect to \(address) for \(name)") }
  }

  /// The descriptor by which libzmq signals events of the socket.
  func descriptor() throws(TransportError) -> Int32 {
    var value: Int32 = -1
    var size = MemoryLayout<Int32>.size
    if zmq_getsockopt(handle, ZMQ_FD, &value, &size) != 0 { throw .last("watch \(name)") }
    return value
  }

  /// The most recently bound port.
  package var port: Int? {
    var text = [CChar](repeating: 0, count: 1024)
    var size = text.count
    guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &size) == 0 else { return nil }
    let address = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return address.split { $0 == ":" || $0 == "-" }.last.flatMap { Int($0) }
  }

  /// Lets the socket notice that peers are gone, and free what waited for them; sockets that receive do so by themselves.
  package func noticeDepartures() {
    var events: Int32 = 0
    var size = MemoryLayout<Int32>.size
    zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size)
  }

  /// Receives a message if there is one.
  ///
  /// - Returns: false if there is none. A message of too many frames is discarded: then `count` is 0.
  package func receive(into parcel: Parcel) -> Bool {
    parcel.clear()
    guard parcel.receive(handle, flags: ZMQ_DONTWAIT) >= 0 else {
      if zmq_errno() == EAGAIN { mayHaveInput = false }
      return false
    }
    mayHaveInput = true
    while parcel.hasMore {
      if parcel.count == WireMessage.maximumFrames {
        drop()
        parcel.clear()
        return true
      }
      guard parcel.receive(handle, flags: 0) >= 0 else {
        parcel.clear()
        return true
      }
    }
    return true
  }

  /// Discards the remaining frames of a message.
  private func drop() {
    let rest = Parcel()
    repeat {
      rest.clear()
    } while rest.receive(handle, flags: 0) >= 0 && rest.hasMore
  }

  /// Sends a frame of a message, which still holds it afterwards.
  package func send(_ parcel: Parcel, _ index: Int, more: Bool) -> Sending {
    mayHaveInput = true
    var frame = zmq_msg_t()
    zmq_msg_init(&frame)
    zmq_msg_copy(&frame, parcel.frame(index))
    let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
    if zmq_msg_send(&frame, handle, flags) >= 0 { return .sent }
    let sending = outcome()
    zmq_msg_close(&frame)
    return sending
  }

  /// Sends a copy of bytes.
  package func send(_ bytes: Span<UInt8>, more: Bool) -> Sending {
    mayHaveInput = true
    let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
    let sent = bytes.withUnsafeBufferPointer { zmq_send(handle, $0.baseAddress, $0.count, flags) }
    return sent >= 0 ? .sent : outcome()
  }

  /// Sends a copy of a text.
  package func send(_ text: String, more: Bool) -> Sending {
    mayHaveInput = true
    var text = text
    let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
    let sent = text.withUTF8 { zmq_send(handle, $0.baseAddress, $0.count, flags) }
    return sent >= 0 ? .sent : outcome()
  }

  private func outcome() -> Sending { zmq_errno() == EAGAIN ? .full : .unreachable }

  /// Sends all frames of a message from an index on.
  package func send(_ parcel: Parcel, from first: Int = 0) -> Sending {
    for index in first..<parcel.count {
      let sending = send(parcel, index, more: index + 1 < parcel.count)
      if sending != .sent { return sending }
    }
    return .sent
  }

  /// Sends all frames of a message; long ones are not copied.
  package func send(_ frames: [[UInt8]]) -> Sending {
    if frames.contains(where: { $0.count >= Parcel.leastShared }) { return send(Parcel(frames)) }
    for (index, frame) in frames.enumerated() {
      let sending = send(frame.span, more: index + 1 < frames.count)
      if sending != .sent { return sending }
    }
    return .sent
  }
}
