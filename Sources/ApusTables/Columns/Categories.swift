// Part of Apus, Apache-2.0. See LICENSE.

/// Texts of which many are equal, kept as codes of their levels.
///
/// ```swift
/// let sites = Categories(["Rome", nil, "Oslo", "Rome"])
/// print(sites.levels, sites.codes)  // ["Oslo", "Rome"] [1, -1, 0, 1]
/// ```
public struct Categories: Sendable {
  private enum Storage: Sendable {
    case coded(codes: [Int32], levels: Levels)
    case unsorted(UnsortedTextsStorage)
  }

  /// From so many different texts on, levels are sorted only when they are asked for.
  private static let manyTexts = 1 << 16

  private let storage: Storage

  /// The position of each value's text among the levels; -1 for a missing value.
  ///
  /// - Complexity: O(1); the first time, for a file's column of very many different texts, what sorting them takes, with the
  ///   budget's threads. From then on four more bytes for each row and eight for each level are kept.
  public var codes: [Int32] {
    switch storage {
    case .coded(let codes, _): codes
    case .unsorted(let texts): texts.codes
    }
  }

  /// The distinct texts.
  ///
  /// - Complexity: as that of ``codes``.
  public var levels: Levels {
    switch storage {
    case .coded(_, let levels): levels
    case .unsorted(let texts): texts.levels
    }
  }

  /// Codes texts; their levels are sorted by their Unicode scalars.
  ///
  /// - Complexity: O(*n* + *k* log *k*) for *n* texts with *k* levels.
  public init(_ texts: [String?]) {
    let levels = Set(texts.compactMap { $0.map(ExactText.init) }).sorted()
    let positions = Dictionary(uniqueKeysWithValues: zip(levels, Int32(0)...))
    self.init(
      codes: texts.map { text in text.flatMap { positions[ExactText($0)] } ?? -1 },
      levels: Levels(levels.map(\.text)))
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
    let codes: [Int32] = try texts.enumerated().map { row, text in
      guard let text else { return -1 }
      guard let code = positions[ExactText(text)] else {
        throw TableError(.values, "Row \(row + 1) has \"\(text)\", which is no level.")
      }
      return code
    }
    self.init(codes: codes, levels: Levels(levels))
  }

  /// - Precondition: the codes are -1 or positions of distinct levels.
  init(codes: [Int32], levels: Levels) {
    storage = .coded(codes: codes, levels: levels)
  }

  /// - Parameters:
  ///   - positions: the position of each row's text; -1 for a missing value.
  ///   - texts: which may hold a text once in each group.
  ///   - workers: the most threads that sort the levels now, if they are not very many.
  init(positions: [Int32], texts: TextGroups, workers: Int?) {
    if texts.count >= Self.manyTexts && texts.areMostlyDistinct {
      storage = .unsorted(
        UnsortedTextsStorage(positions: positions, SortedTextsStorage(texts)))
    } else {
      let (levels, codes) = texts.sorted(workers: workers)
      storage = .coded(
        codes: UnsortedTextsStorage.codes(positions, of: codes, workers: workers),
        levels: Levels(levels))
    }
  }

  /// Whether the levels are known.
  var isSorted: Bool {
    if case .coded = storage { true } else { false }
  }

  /// Whether a value is missing.
  func isMissing(_ index: Int) -> Bool { position(index) < 0 }

  /// Whether there are levels, and all satisfy a condition.
  func allLevelsSatisfy(_ condition: (String) -> Bool) -> Bool {
    switch storage {
    case .coded(_, let levels): !levels.isEmpty && levels.allSatisfy(condition)
    case .unsorted(let storage): storage.texts.allLevelsSatisfy(condition)
    }
  }

  /// The position of a text, whether sorted or not.
  private func position(_ index: Int) -> Int32 {
    switch storage {
    case .coded(let codes, _): codes[index]
    case .unsorted(let texts): texts.positions[index]
    }
  }

  /// The values of some rows, in the order given, with the same levels.
  func selecting(_ rows: [Int]) -> Categories {
    switch storage {
    case .coded(let codes, let levels):
      Categories(codes: rows.map { codes[$0] }, levels: levels)
    case .unsorted(let texts): Categories(texts.selecting(rows))
    }
  }

  private init(_ texts: UnsortedTextsStorage) { storage = .unsorted(texts) }
}

extension Categories: RandomAccessCollection {
  /// The position of the first value.
  public var startIndex: Int { 0 }
  /// The number of values.
  public var endIndex: Int {
    switch storage {
    case .coded(let codes, _): codes.count
    case .unsorted(let texts): texts.positions.count
    }
  }
  /// The text at a position; nil if it is missing.
  public subscript(index: Int) -> String? {
    let position = Int(position(index))
    if position < 0 { return nil }
    return switch storage {
    case .coded(_, let levels): levels[position]
    case .unsorted(let storage): String(decoding: storage.texts.utf8(position), as: UTF8.self)
    }
  }
}

extension Categories: Hashable {
  /// Whether both have the same codes and the same levels.
  public static func == (a: Categories, b: Categories) -> Bool {
    a.count == b.count && a.codes == b.codes && a.levels == b.levels
  }

  /// Feeds codes and levels to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(codes)
    hasher.combine(levels)
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
