// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import CZMQ

/// The frames of one message in libzmq's memory: received, kept and sent again without copies of their bytes.
///
/// One object for a message, none for a frame. It belongs to the thread of its loop.
package final class Parcel {
  package private(set) var count = 0
  private var capacity = 12
  private var frames: UnsafeMutablePointer<zmq_msg_t>

  package init() { frames = .allocate(capacity: 12) }

  /// Frames with copies of bytes.
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

  /// The place after the last frame.
  private var next: UnsafeMutablePointer<zmq_msg_t> {
    if count == capacity { grow() }
    return frames + count
  }

  package func append(_ bytes: [UInt8]) {
    let frame = next
    precondition(zmq_msg_init_size(frame, bytes.count) == 0, "no memory for a frame")
    if let target = zmq_msg_data(frame), !bytes.isEmpty {
      bytes.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }
    count += 1
  }

  /// Appends a frame of another parcel; large ones share their memory.
  package func append(_ other: Parcel, _ index: Int) {
    let frame = next
    zmq_msg_init(frame)
    zmq_msg_copy(frame, other.frame(index))
    count += 1
  }

  /// Appends a copy of a frame's bytes, which lets go of the memory that it came in.
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

  /// Receives into the next place; -1 as libzmq says it.
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

  /// Bytes of all frames from one on.
  package func byteCount(from first: Int = 0) -> Int {
    var sum = 0
    for index in first..<max(first, count) { sum += zmq_msg_size(frames + index) }
    return sum
  }

  /// Copies of all frames.
  package var allBytes: [[UInt8]] { (0..<count).map { bytes($0) } }

  package func bytes(_ index: Int) -> [UInt8] { withFrame(index) { $0.copied } }

  /// The text of a frame; wrong UTF-8 is mended.
  package func text(_ index: Int) -> String {
    withFrame(index) { span in
      span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Whether a frame has these bytes.
  package func holds(_ text: StaticString, at index: Int) -> Bool {
    withFrame(index) { $0.holds(text, at: 0..<$0.count) }
  }

  /// The descriptor of the connection through which it came to a router, or -1.
  ///
  /// The first frame is the router's own and does not know.
  package var descriptor: Int32 { frameDescriptor(1) }

  /// The descriptor of the connection through which a frame came, or -1.
  package func frameDescriptor(_ index: Int) -> Int32 {
    index < count ? zmq_msg_get(frames + index, ZMQ_SRCFD) : -1
  }

  /// The address of the peer that sent it: "127.0.0.1".
  package var peerAddress: String? {
    guard count > 1, let text = zmq_msg_gets(frames + 1, "Peer-Address") else { return nil }
    return String(cString: text)
  }

  /// Whether another frame of the same message follows the last one.
  var hasMore: Bool { count > 0 && zmq_msg_more(frames + count - 1) == 1 }
}
