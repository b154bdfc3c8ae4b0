// Part of Apus, Apache-2.0. See LICENSE.

/// The ID of a message (`msg_id`): opaque, but usually `<session>_<pid>_<counter>`.
///
/// An ID of some fifty bytes is looked up several times for each task, so its hash is computed once. The hash
/// starts from a value that differs from process to process, so that peers cannot choose IDs that collide.
package struct MessageID: Sendable, Hashable, CustomStringConvertible {
  package let text: String
  private let digest: Int

  package init(_ text: String) {
    self.text = text
    var value = Self.start
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    digest = Int(truncatingIfNeeded: value ^ value >> 29)
  }

  private static let start = UInt64(truncatingIfNeeded: "apus".hashValue) | 1

  package static func == (a: MessageID, b: MessageID) -> Bool {
    a.digest == b.digest && a.text == b.text
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// The size limit in bytes; longer IDs are refused.
  package static let longest = 1024

  package var description: String { text }

  /// The part before the counter, and the counter; nil if there is none or it has a leading zero.
  package var numbered: (prefix: Substring, number: Int)? {
    let bytes = text.utf8
    var index = bytes.endIndex
    var (number, scale, digits) = (0, 1, 0)
    while index > bytes.startIndex {
      let before = bytes.index(before: index)
      let byte = bytes[before]
      guard (0x30...0x39).contains(byte) else { break }
      digits += 1
      if digits > 15 { return nil }
      number += Int(byte - 0x30) * scale
      scale *= 10
      index = before
    }
    guard digits > 0, index > bytes.startIndex, bytes[bytes.index(before: index)] == 0x5F,
      digits == 1 || number >= scale / 10
    else { return nil }
    return (text[..<index], number)
  }

  /// The ID of the process that created the message; nil unless the ID has the usual form.
  package var process: Int? {
    let parts = text.split(separator: "_")
    return parts.count == 3 ? Int(parts[1]) : nil
  }
}
