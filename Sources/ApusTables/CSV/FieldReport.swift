// Part of Apus, Apache-2.0. See LICENSE.

/// What was met in one field of the rows of a chunk.
struct FieldReport {
  /// What was met at least once.
  struct Kinds: OptionSet {
    let rawValue: UInt8
    /// A missing value.
    static let missing = Kinds(rawValue: 1)
    /// A number with decimals or an exponent, or infinity.
    static let fractions = Kinds(rawValue: 2)
    /// A whole number that is not exact as a double, but as an integer.
    static let large = Kinds(rawValue: 4)
    /// A whole number that is no integer of 64 bits.
    static let huge = Kinds(rawValue: 8)
    /// A text, where a number was to be read.
    static let texts = Kinds(rawValue: 16)

    /// What a number is.
    @inline(__always)
    init(isWhole: Bool, integer: Int?) {
      guard isWhole else {
        self = .fractions
        return
      }
      guard let integer else {
        self = .huge
        return
      }
      self = -(1 << 53)...(1 << 53) ~= integer ? [] : .large
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
  }

  var kinds: Kinds = []
  /// The first text where a number was to be read, and its line.
  var firstText: (text: [UInt8], line: Int)?
  /// The first missing value where there must be none, and its line.
  var firstMissingLine: Int?
  /// The first text that is not UTF-8, and its line.
  var firstInvalid: (text: [UInt8], line: Int)?

  /// Adds what was met in other rows.
  mutating func join(_ other: FieldReport) {
    kinds.formUnion(other.kinds)
    firstText = Self.earlier(firstText, other.firstText)
    firstInvalid = Self.earlier(firstInvalid, other.firstInvalid)
    firstMissingLine = [firstMissingLine, other.firstMissingLine].compactMap { $0 }.min()
  }

  private static func earlier(
    _ a: (text: [UInt8], line: Int)?, _ b: (text: [UInt8], line: Int)?
  ) -> (text: [UInt8], line: Int)? {
    guard let a, let b else { return a ?? b }
    return a.line <= b.line ? a : b
  }
}
