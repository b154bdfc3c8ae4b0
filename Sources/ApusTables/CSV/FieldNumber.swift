// Part of Apus, Apache-2.0. See LICENSE.

/// A field read as a number, with white space around it and with the words for infinity.
struct FieldNumber {
  private static let infinities = ["inf", "infinity"].map { Array($0.utf8) }

  /// The number; nil if the field is none.
  private(set) var value: Double?
  /// Whether it was written without decimals and exponent.
  private(set) var isWhole = false
  /// The value, if it is a whole one in the range of `Int`.
  private(set) var integer: Int?

  init(_ field: [UInt8], decimal: UInt8) {
    var text = field[...]
    while let byte = text.first, Self.isBlank(byte) { text.removeFirst() }
    while let byte = text.last, Self.isBlank(byte) { text.removeLast() }
    if text.isEmpty { return }
    if let read = NumberReader(decimal: decimal).read(whole: text) {
      (value, isWhole, integer) = (read.value, read.isWhole, read.integer)
      return
    }
    let sign = text.first
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let word = text.dropFirst(isSigned ? 1 : 0).map { $0 | 0x20 }
    if Self.infinities.contains(word) {
      value = sign == UInt8(ascii: "-") ? -.infinity : .infinity
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
