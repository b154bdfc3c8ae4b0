// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import CZMQ

// Safety: A parcel owns its frames and closes each exactly once. Indices are checked. The caller must use a parcel on one thread,
// and a span of a frame only within the closure that gets it. A frame that shares the bytes of an array holds the array, so that
// they stay where they are and nobody changes them; libzmq only reads them, and gives the array back on a thread of its own.

/// The frames of one message in libzmq's memory, received, stored and sent again without copying their bytes.
///
/// There is one object for each message and none for a frame. It must be used on the thread of its loop.
package final class Parcel {
  package private(set) var count = 0
  private var capacity = 12
  private var frames: UnsafeMutablePointer<zmq_msg_t>

  package init() { frames = .allocate(capacity: 12) }

  /// Creates frames that hold copies of the bytes.
  package convenience init(_ bytes: [[UInt8]]) {
    self.init()
    for frame in bytes { append(frame) }
  }

  deinit {
    clear()
    frames.deallocate()
  }

  package func clear() {
    for index in 0..<count { zmq_msg_close(frames + index) }
    count = 0
  }

  private func grow() {
    let larger = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: capacity * 2)
    for index in 0..<count {
      zmq_msg_init(larger + index)
      zmq_msg_move(larger + index, frames + index)
      zmq_msg_close(frames + index)
    }
    frames.deallocate()
    frames = larger
    capacity *= 2
  }

  /// The slot after the last frame.
  private var next: UnsafeMutablePointer<zmq_msg_t> {
    if count == capacity { grow() }
    return frames + count
  }

  /// Bytes from this number on are sent from where they are.
  static let leastShared = 1 << 16

  /// Appends bytes; many are not copied.
  package func append(_ bytes: [UInt8]) {
    if bytes.count >= Self.leastShared, append(sharing: bytes) { return }
    let frame = next
    precondition(zmq_msg_init_size(frame, bytes.count) == 0, "no memory for a frame")
    if let target = zmq_msg_data(frame), !bytes.isEmpty {
      bytes.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }
    count += 1
  }

  /// Appends a frame that holds an array until it was sent; false if there is no memory for it.
  private func append(sharing bytes: [UInt8]) -> Bool {
    let held = Unmanaged.passRetained(HeldBytes(bytes))
    let start = held.takeUnretainedValue().bytes.withUnsafeBytes { $0.baseAddress }
    let status = zmq_msg_init_data(
      next, UnsafeMutableRawPointer(mutating: start), bytes.count,
      { _, held in held.map { Unmanaged<HeldBytes>.fromOpaque($0).release() } }, held.toOpaque())
    if status != 0 {
      held.release()
      return false
    }
    count += 1
    return true
  }

  /// Appends a frame of another message; large frames share their memory.
  package func append(_ other: Parcel, _ index: Int) {
    let frame = next
    zmq_msg_init(frame)
    zmq_msg_copy(frame, other.frame(index))
    count += 1
  }

  /// Appends the frame of a writer, without copying its bytes.
  package func append(_ writer: FrameWriter) {
    let frame = next
    zmq_msg_init(frame)
    writer.move(to: frame)
    count += 1
  }

  /// Appends a copy of a frame's bytes, so that the memory in which they were received can be freed.
  func append(copyOf other: Parcel, _ index: Int) {
    let count = other.byteCount(index)
    let frame = next
    precondition(zmq_msg_init_size(frame, count) == 0, "no memory for a frame")
    if count > 0, let target = zmq_msg_data(frame), let source = zmq_msg_data(other.frame(index)) {
      target.copyMemory(from: source, byteCount: count)
    }
    self.count += 1
  }

  func frame(_ index: Int) -> UnsafeMutablePointer<zmq_msg_t> {
    precondition(index < count, "no such frame")
    return frames + index
  }

  /// Receives a frame into the next slot and returns its size, or -1 as libzmq does.
  func receive(_ socket: UnsafeMutableRawPointer, flags: Int32) -> Int32 {
    let frame = next
    zmq_msg_init(frame)
    let size = zmq_msg_recv(frame, socket, flags)
    if size >= 0 { count += 1 } else { zmq_msg_close(frame) }
    return size
  }

  /// Reads the bytes of a frame.
  package func withFrame<Output, Failure: Error>(
    _ index: Int, _ body: (Span<UInt8>) throws(Failure) -> Output
  ) throws(Failure) -> Output {
    let frame = frame(index)
    let start = zmq_msg_data(frame)?.assumingMemoryBound(to: UInt8.self)
    return try body(UnsafeBufferPointer(start: start, count: zmq_msg_size(frame)).span)
  }

  package func byteCount(_ index: Int) -> Int { zmq_msg_size(frame(index)) }

  /// The size of all frames from an index on, in bytes.
  package func byteCount(from first: Int = 0) -> Int {
    var sum = 0
    for index in first..<max(first, count) { sum += zmq_msg_size(frames + index) }
    return sum
  }

  /// Copies of all frames.
  package var allBytes: [[UInt8]] { (0..<count).map { bytes($0) } }

  package func bytes(_ index: Int) -> [UInt8] { withFrame(index) { $0.copied } }

  /// Appends the bytes of a frame to an array.
  package func append(_ index: Int, to bytes: inout [UInt8]) {
    withFrame(index) { span in span.withUnsafeBufferPointer { bytes += $0 } }
  }

  /// The text of a frame; invalid UTF-8 is repaired.
  package func text(_ index: Int) -> String {
    withFrame(index) { span in
      span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Whether a frame consists of these bytes.
  package func holds(_ text: StaticString, at index: Int) -> Bool {
    withFrame(index) { $0.holds(text, at: 0..<$0.count) }
  }

  /// The descriptor of the connection through which a router received the message, or -1.
  ///
  /// It is read from the second frame, because the first is added by the router itself.
  package var descriptor: Int32 { frameDescriptor(1) }

  /// The descriptor of the connection through which a frame was received, or -1.
  package func frameDescriptor(_ index: Int) -> Int32 {
    index < count ? zmq_msg_get(frames + index, ZMQ_SRCFD) : -1
  }

  /// The address of the peer that sent it, such as "127.0.0.1".
  package var peerAddress: String? {
    guard count > 1, let text = zmq_msg_gets(frames + 1, "Peer-Address") else { return nil }
    return String(cString: text)
  }

  /// Whether another frame of the same message follows the last one.
  var hasMore: Bool { count > 0 && zmq_msg_more(frames + count - 1) == 1 }
}

/// An array that a frame of libzmq shares.
private final class HeldBytes: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
}
