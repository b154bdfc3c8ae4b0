// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The bytes of numbers and texts are copied while they are lent.

extension [UInt8] {
  /// Appends eight bytes, the lowest first.
  mutating func append(number: Int) {
    Swift.withUnsafeBytes(of: number.littleEndian) { self += $0 }
  }

  /// Appends the count of the bytes of a text, and these.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 {
      append(number: $0.count)
      self += $0
    }
  }

  /// Appends the count of texts, and these.
  mutating func append(texts: [String]) {
    append(number: texts.count)
    for text in texts { append(text: text) }
  }
}
