// Part of Apus, Apache-2.0. See LICENSE.

/// Texts of which many are equal, kept as codes of their levels.
///
/// ```swift
/// let sites = Categories(["Rome", nil, "Oslo", "Rome"])
/// print(sites.levels, sites.codes)  // ["Oslo", "Rome"] [1, -1, 0, 1]
/// ```
public struct Categories: Sendable, Hashable {
  /// The position of each value's text among the levels; -1 for a missing value.
  public let codes: [Int32]
  /// The distinct texts.
  public let levels: Levels

  /// Codes texts; their levels are sorted by their Unicode scalars.
  ///
  /// - Complexity: O(*n* + *k* log *k*) for *n* texts with *k* levels.
  public init(_ texts: [String?]) {
    let levels = Set(texts.compactMap { $0.map(ExactText.init) }).sorted()
    let positions = Dictionary(uniqueKeysWithValues: zip(levels, Int32(0)...))
    codes = texts.map { text in text.flatMap { positions[ExactText($0)] } ?? -1 }
    self.levels = Levels(levels.map(\.text))
  }

  /// Codes texts with given levels, in this order; levels may be unused.
  ///
  /// - Throws: ``TableError`` `.values` for a text that is no level, or a level that is given twice.
  public init(_ texts: [String?], levels: [String]) throws {
    var positions: [ExactText: Int32] = [:]
    for (position, level) in levels.enumerated() {
      guard positions.updateValue(Int32(position), forKey: ExactText(level)) == nil else {
        throw TableError(.values, "The level \"\(level)\" is given twice.")
      }
    }
    codes = try texts.enumerated().map { row, text in
      guard let text else { return -1 }
      guard let code = positions[ExactText(text)] else {
        throw TableError(.values, "Row \(row + 1) has \"\(text)\", which is no level.")
      }
      return code
    }
    self.levels = Levels(levels)
  }

  /// - Precondition: the codes are -1 or positions of distinct levels.
  init(codes: [Int32], levels: Levels) {
    self.codes = codes
    self.levels = levels
  }

  /// The values of some rows, in the order given, with the same levels.
  func selecting(_ rows: [Int]) -> Categories {
    Categories(codes: rows.map { codes[$0] }, levels: levels)
  }
}

extension Categories: RandomAccessCollection {
  /// The position of the first value.
  public var startIndex: Int { 0 }
  /// The number of values.
  public var endIndex: Int { codes.count }
  /// The text at a position; nil if it is missing.
  public subscript(index: Int) -> String? {
    codes[index] < 0 ? nil : levels[Int(codes[index])]
  }
}

/// A text that equals only texts of the same bytes, unlike strings, which equal canonically equivalent ones.
struct ExactText: Hashable, Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  static func < (a: ExactText, b: ExactText) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
