// Part of Apus, Apache-2.0. See LICENSE.

/// Takes frames out of a stream of bytes that arrive in any pieces: eight bytes with the length, the first the highest, and then the
/// frame.
///
/// A pure value.
struct FrameReader: Sendable {
  static let headerLength = 8

  private var bytes: [UInt8] = []
  private var start = 0

  /// The bytes that were not taken out yet.
  var count: Int { bytes.count - start }

  mutating func append(_ new: [UInt8]) {
    if start > 0, start >= bytes.count / 2 {
      bytes.removeFirst(start)
      start = 0
      if bytes.isEmpty, bytes.capacity > 1 << 20 { bytes = [] }
    }
    bytes += new
  }

  /// The next frame; nil if it has not arrived whole.
  ///
  /// - Throws: ``JobServerError`` if it is longer than the limit, before its bytes are waited for.
  mutating func next(limit: Int) throws(JobServerError) -> [UInt8]? {
    guard count >= Self.headerLength else { return nil }
    var length: UInt64 = 0
    for byte in bytes[start..<start + Self.headerLength] { length = length << 8 | UInt64(byte) }
    guard length <= UInt64(limit) else {
      throw JobServerError("a frame of \(length) bytes, of at most \(limit)")
    }
    let end = start + Self.headerLength + Int(length)
    guard bytes.count >= end else { return nil }
    defer { start = end }
    return Array(bytes[start + Self.headerLength..<end])
  }

  /// A frame behind its length.
  static func frame(_ payload: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(headerLength + payload.count)
    for place in 0..<headerLength {
      frame.append(UInt8(truncatingIfNeeded: payload.count >> (8 * (headerLength - 1 - place))))
    }
    return frame + payload
  }
}
