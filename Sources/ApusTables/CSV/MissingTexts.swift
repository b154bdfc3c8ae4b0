// Part of Apus, Apache-2.0. See LICENSE.

/// The texts that stand for a missing value.
struct MissingTexts: Sendable {
  /// What is missing in every file, besides the empty text.
  static let usual = ["NA", "NaN", "nan", "null"]

  private let texts: Set<[UInt8]>
  private let longest: Int
  /// Whether some of them could be numbers, such as -99.
  let areNumeric: Bool

  init(_ others: [String]) {
    texts = Set((Self.usual + others).map { Array(Self.trimmed($0.utf8)) })
    longest = texts.map(\.count).max() ?? 0
    areNumeric = texts.contains { $0.contains { 48...57 ~= $0 } }
  }

  /// Whether a field is missing; white space around it does not count.
  func contains(_ field: some BidirectionalCollection<UInt8>) -> Bool {
    if field.count > longest, let first = field.first, let last = field.last,
      !Self.isSpace(first), !Self.isSpace(last)
    {
      return false
    }
    let text = Self.trimmed(field)
    return text.isEmpty || (text.count <= longest && texts.contains(Array(text)))
  }

  private static func trimmed<Field: BidirectionalCollection<UInt8>>(
    _ field: Field
  ) -> Field.SubSequence {
    var text = field[...]
    while let byte = text.first, isSpace(byte) { text.removeFirst() }
    while let byte = text.last, isSpace(byte) { text.removeLast() }
    return text
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}
