// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The socket owns libzmq's handle and closes it exactly once; it holds its context, which therefore outlives it. The caller
// must use it on one thread. A descriptor of a connection may be closed by libzmq's thread, or be another's, at any time: an option is
// all that is ever set through it, and one that has no such option refuses it.

/// A server for peers that speak another protocol over TCP: bytes come and go in any pieces.
///
/// It must be used on the thread of its loop.
package final class StreamSocket {
  /// A peer that is connected.
  package struct Peer: Sendable, Hashable {
    fileprivate let routing: [UInt8]
    /// What differs for each peer.
    package let number: UInt32

    fileprivate init(_ routing: [UInt8]) {
      self.routing = routing
      number = routing.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  package enum Event: Sendable {
    case opened(Peer, address: String)
    case received(Peer, [UInt8])
    case closed(Peer)
  }

  let handle: UnsafeMutableRawPointer
  private let context: TransportContext
  private var peers: Set<Peer> = []
  /// Peers that are to be closed and take nothing any more, not even that.
  private var stuck: Set<Peer> = []

  /// The most pieces of a peer that wait: to be received, after which no more is read from it, or to be sent.
  private static let longestQueue: Int32 = 256

  package init(in context: TransportContext) throws(TransportError) {
    guard let handle = zmq_socket(context.handle, ZMQ_STREAM) else {
      throw .last("open a socket")
    }
    self.handle = handle
    self.context = context
    try set(ZMQ_RCVHWM, Self.longestQueue)
    try set(ZMQ_SNDHWM, Self.longestQueue)
    try set(ZMQ_LINGER, 200)
    try set(ZMQ_BACKLOG, 4096)
    try set(ZMQ_STREAM_NOTIFY, 1)
  }

  deinit { zmq_close(handle) }

  private func set(_ option: Int32, _ value: Int32) throws(TransportError) {
    var value = value
    if zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) != 0 {
      throw .last("set option \(option) of a socket")
    }
  }

  /// Lets peers come by IPv6 too.
  package func allowIPv6() throws(TransportError) { try set(ZMQ_IPV6, 1) }

  package func bind(_ address: String) throws(TransportError) {
    if zmq_bind(handle, address) != 0 { throw .last("listen on \(address)") }
  }

  /// The port that it listens on.
  package var port: Int? {
    var text = [CChar](repeating: 0, count: 256)
    var size = text.count
    guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &size) == 0 else { return nil }
    let address = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return address.split(separator: ":").last.flatMap { Int($0) }
  }

  package var peerCount: Int { peers.count }

  /// What has happened next; nil if nothing has.
  ///
  /// What has come is acknowledged at once: a peer that waits for that before it sends more, as one does that sends in two pieces, loses
  /// 40 ms otherwise.
  package func next() -> Event? {
    let parcel = Parcel()
    guard parcel.receive(handle, flags: ZMQ_DONTWAIT) >= 0 else { return nil }
    guard parcel.hasMore, parcel.receive(handle, flags: 0) >= 0 else { return nil }
    let peer = Peer(parcel.bytes(0))
    guard parcel.byteCount(1) == 0 else {
      acknowledge(parcel.frameDescriptor(1))
      return .received(peer, parcel.bytes(1))
    }
    if peers.remove(peer) != nil { return .closed(peer) }
    stuck.remove(peer)
    // What was closed here may still say that it ends.
    guard let address = parcel.peerAddress else { return next() }
    peers.insert(peer)
    return .opened(peer, address: address)
  }

  private func acknowledge(_ descriptor: Int32) {
    #if os(Linux)
      var on: Int32 = 1
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  /// Sends bytes; what is for a peer that is gone goes nowhere.
  ///
  /// - Returns: false if too much waits to be sent to it.
  package func send(_ bytes: [UInt8], to peer: Peer) -> Bool {
    bytes.isEmpty || sendFrames(bytes, to: peer)
  }

  /// Closes the connection of a peer, after what it was sent.
  package func close(_ peer: Peer) {
    if peers.remove(peer) != nil, !sendFrames([], to: peer) { stuck.insert(peer) }
  }

  /// The connections that could not be closed yet, because their peers do not read; tries to close them.
  package func closeStuck() -> Int {
    for peer in stuck where sendFrames([], to: peer) { stuck.remove(peer) }
    return stuck.count
  }

  private func sendFrames(_ bytes: [UInt8], to peer: Peer) -> Bool {
    let parcel = Parcel([peer.routing, bytes])
    for index in 0..<2 {
      var frame = zmq_msg_t()
      zmq_msg_init(&frame)
      zmq_msg_copy(&frame, parcel.frame(index))
      if zmq_msg_send(&frame, handle, ZMQ_DONTWAIT | (index == 0 ? ZMQ_SNDMORE : 0)) < 0 {
        let isFull = zmq_errno() == EAGAIN
        zmq_msg_close(&frame)
        return !isFull
      }
    }
    return true
  }
}
