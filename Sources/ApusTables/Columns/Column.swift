// Part of Apus, Apache-2.0. See LICENSE.

/// A named column of a table.
public struct Column: Sendable {
  /// The values of a column, by their type.
  public enum Values: Sendable {
    /// Numbers; NaN is a missing one.
    case numbers([Double])
    /// Whole numbers.
    case integers([Int])
    /// True, false, or nil for a missing value.
    case logicals([Bool?])
    /// Dates as text, such as "2026-11-28".
    case dates(Categories)
    /// Texts.
    case categories(Categories)
  }

  /// The name.
  public let name: String
  /// The values, one for each row.
  public let values: Values

  /// Makes a column.
  public init(_ name: String, _ values: Values) {
    self.name = name
    self.values = values
  }

  /// Makes a column of numbers, of which NaN is a missing one.
  public init(_ name: String, _ numbers: [Double]) { self.init(name, .numbers(numbers)) }

  /// Makes a column of whole numbers.
  public init(_ name: String, _ integers: [Int]) { self.init(name, .integers(integers)) }

  /// Makes a column of truth values, of which nil is a missing one.
  public init(_ name: String, _ logicals: [Bool?]) { self.init(name, .logicals(logicals)) }

  /// Makes a column of texts, of which nil is a missing one.
  public init(_ name: String, _ texts: [String?]) {
    self.init(name, .categories(Categories(texts)))
  }

  /// What the values are.
  public var type: ColumnType {
    switch values {
    case .numbers: .number
    case .integers: .integer
    case .logicals: .logical
    case .dates: .date
    case .categories: .category
    }
  }

  /// The number of values.
  public var count: Int {
    switch values {
    case .numbers(let values): values.count
    case .integers(let values): values.count
    case .logicals(let values): values.count
    case .dates(let values), .categories(let values): values.count
    }
  }

  /// Whether the value of a row is missing.
  public func isMissing(_ row: Int) -> Bool {
    switch values {
    case .numbers(let values): values[row].isNaN
    case .integers: false
    case .logicals(let values): values[row] == nil
    case .dates(let values), .categories(let values): values.isMissing(row)
    }
  }

  /// The number of missing values.
  ///
  /// - Complexity: O(rows).
  public var missingCount: Int { (0..<count).count { isMissing($0) } }

  /// The values as numbers: NaN for a missing one, 1 for true and 0 for false.
  ///
  /// - Throws: ``TableError`` `.values` for dates and texts, naming the first one.
  public func numbers() throws -> [Double] {
    switch values {
    case .numbers(let values): return values
    case .integers(let values): return values.map { Double($0) }
    case .logicals(let values): return values.map { $0.map { $0 ? 1 : 0 } ?? .nan }
    case .dates(let texts), .categories(let texts):
      let row = texts.indices.first { !texts.isMissing($0) }
      let example = row.map { ": row \($0 + 1) has \"\(texts[$0] ?? "")\"" } ?? ""
      throw TableError(.values, "Column \"\(name)\" is not numeric\(example).")
    }
  }

  /// The values as texts, as ``Table/csv`` writes them; nil for a missing one.
  ///
  /// - Complexity: O(rows).
  public var texts: [String?] { (0..<count).map { text($0) } }

  /// The value of a row as a text; nil if it is missing.
  public func text(_ row: Int) -> String? {
    if isMissing(row) { return nil }
    return switch values {
    case .numbers(let values): NumberText.shortest(values[row])
    case .integers(let values): "\(values[row])"
    case .logicals(let values): values[row].map { $0 ? "TRUE" : "FALSE" }
    case .dates(let values), .categories(let values): values[row]
    }
  }

  /// A text in a column most of whose values look like numbers: probably a typing error, a separator of thousands, or a missing
  /// value that was not named as such.
  ///
  /// - Returns: the first such text and its row, or of a column of nothing but such texts the first that is no number with a
  ///   decimal point; nil if less than half of the values look like numbers.
  public var textAmongNumbers: (text: String, row: Int)? {
    guard case .categories(let texts) = values else { return nil }
    let areNumbers = texts.levels.map { NumberText.isNumber($0) }
    let codes = texts.codes
    let known = codes.count { $0 >= 0 }
    let numbers = codes.count { $0 >= 0 && areNumbers[Int($0)] }
    guard numbers > 0, 2 * numbers >= known else { return nil }
    func first(where isOdd: (Int) -> Bool) -> Int? {
      codes.firstIndex { $0 >= 0 && isOdd(Int($0)) }
    }
    let row =
      first { !areNumbers[$0] } ?? first { Double(texts.levels[$0])?.isFinite != true }
      ?? first { _ in true }
    return row.map { (texts.levels[Int(codes[$0])], $0) }
  }

  /// The values of some rows, in the order given.
  func selecting(_ rows: [Int]) -> Column {
    switch values {
    case .numbers(let values): Column(name, rows.map { values[$0] })
    case .integers(let values): Column(name, rows.map { values[$0] })
    case .logicals(let values): Column(name, rows.map { values[$0] })
    case .dates(let values): Column(name, .dates(values.selecting(rows)))
    case .categories(let values): Column(name, .categories(values.selecting(rows)))
    }
  }
}

/// How numbers are written.
enum NumberText {
  /// Whether a text is made of digits with signs, marks and an exponent, as numbers are.
  static func isNumber(_ text: String) -> Bool {
    let bytes = text.utf8.filter { $0 != 32 }
    return bytes.contains { 48...57 ~= $0 } && bytes.first.map { $0 != 69 && $0 != 101 } ?? false
      && bytes.allSatisfy { byte in
        48...57 ~= byte || "+-.,eE".utf8.contains(byte)
      } && bytes.count { $0 == 45 } <= 2
  }

  /// The shortest decimal that reads back as the same number, as R and pandas read it.
  static func shortest(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "Inf" }
    let text = "\(value)"
    return text.hasSuffix(".0") && !text.contains("e") ? String(text.dropLast(2)) : text
  }
}
