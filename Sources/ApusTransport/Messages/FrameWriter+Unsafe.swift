// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

// Safety: A writer owns its frame until a parcel takes it, and closes it exactly once. The size is checked before each write.

/// A frame of known size whose bytes are written piece by piece.
///
/// It must be used on the thread of its loop.
package final class FrameWriter {
  private let frame: UnsafeMutablePointer<zmq_msg_t>
  private let byteCount: Int
  private var written = 0

  package init(byteCount: Int) {
    self.byteCount = byteCount
    frame = .allocate(capacity: 1)
    precondition(zmq_msg_init_size(frame, byteCount) == 0, "no memory for a frame")
  }

  deinit {
    zmq_msg_close(frame)
    frame.deallocate()
  }

  /// Writes the next bytes of the frame.
  package func append(_ bytes: Span<UInt8>) {
    precondition(bytes.count <= byteCount - written, "more bytes than the frame has")
    guard let target = zmq_msg_data(frame), bytes.count > 0 else { return }
    bytes.withUnsafeBytes { source in
      (target + written).copyMemory(from: source.baseAddress!, byteCount: source.count)
    }
    written += bytes.count
  }

  /// Moves the frame, which must be complete, to a place that holds an empty one.
  func move(to other: UnsafeMutablePointer<zmq_msg_t>) {
    precondition(written == byteCount, "the frame is incomplete")
    zmq_msg_move(other, frame)
  }
}
