// Part of Apus, Apache-2.0. See LICENSE.

/// Python's pickle format, restricted to lists of byte strings, which hold the buffers in a task database.
///
/// Only the few opcodes of such a list are supported. Nothing is ever looked up or called, and a pickle of
/// anything else is refused.
package enum ByteListPickle {
  private static let (protocolMark, frame, stop): (UInt8, UInt8, UInt8) = (0x80, 0x95, 0x2E)
  private static let (emptyList, mark, append, appends): (UInt8, UInt8, UInt8, UInt8) =
    (0x5D, 0x28, 0x61, 0x65)
  private static let (short, long, huge): (UInt8, UInt8, UInt8) = (0x43, 0x42, 0x8E)
  private static let (memoize, put, longPut): (UInt8, UInt8, UInt8) = (0x94, 0x71, 0x72)

  /// The pickle of a list, in protocol 4.
  package static func bytes(_ list: [[UInt8]]) -> [UInt8] {
    var pickle: [UInt8] = [protocolMark, 4, emptyList]
    if !list.isEmpty {
      pickle.append(mark)
      for bytes in list {
        if bytes.count < 256 {
          pickle += [short, UInt8(bytes.count)]
        } else {
          pickle.append(huge)
          for shift in stride(from: 0, to: 64, by: 8) {
            pickle.append(UInt8(truncatingIfNeeded: bytes.count >> shift))
          }
        }
        pickle += bytes
      }
      pickle.append(appends)
    }
    pickle.append(stop)
    return pickle
  }

  /// Reads a pickle of a list of byte strings.
  ///
  /// - Throws: `malformed` for anything else.
  package static func list(_ pickle: [UInt8]) throws(WireError) -> [[UInt8]] {
    var reader = Reader(bytes: pickle)
    var list: [[UInt8]]?
    var pending: [[UInt8]] = []
    while true {
      switch try reader.next() {
      case protocolMark: _ = try reader.take(1)
      case frame: _ = try reader.take(8)
      case memoize, mark: break
      case put: _ = try reader.take(1)
      case longPut: _ = try reader.take(4)
      case emptyList where list == nil: list = []
      case short: pending.append(try reader.counted(1))
      case long: pending.append(try reader.counted(4))
      case huge: pending.append(try reader.counted(8))
      case append, appends:
        guard list != nil else { throw wrong }
        list? += pending
        pending = []
      case stop:
        guard let list, pending.isEmpty else { throw wrong }
        return list
      default: throw wrong
      }
    }
  }

  private static var wrong: WireError {
    WireError(.malformed, "a pickle that is not a list of byte strings")
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() throws(WireError) -> UInt8 { try take(1)[0] }

    mutating func take(_ count: Int) throws(WireError) -> [UInt8] {
      guard count >= 0, count <= bytes.count - index else { throw ByteListPickle.wrong }
      defer { index += count }
      return Array(bytes[index..<index + count])
    }

    /// Reads a count of `width` bytes, then as many bytes as it says.
    mutating func counted(_ width: Int) throws(WireError) -> [UInt8] {
      var count: UInt64 = 0
      for (index, byte) in try take(width).enumerated() { count |= UInt64(byte) << (8 * index) }
      return try take(Int(clamping: count))
    }
  }
}
