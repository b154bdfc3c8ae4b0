// Part of Apus, Apache-2.0. See LICENSE.

/// How a CSV file is read.
///
/// ```swift
/// var options = CSVOptions()
/// options.missing = ["N/A", "-99"]
/// options.types = ["postcode": .category]
/// ```
public struct CSVOptions: Sendable, Hashable {
  /// What stands before the decimals of a number.
  public enum DecimalMark: String, Sendable, Hashable, CaseIterable {
    /// 1.5
    case point = "."
    /// 1,5
    case comma = ","
  }

  /// What stands between fields; nil to find it (a comma, a semicolon, a tab or a bar).
  public var separator: Character?
  /// What stands before decimals; nil to find it.
  public var decimal: DecimalMark?
  /// What encloses a field with separators or line breaks; nil to find it (" or ').
  public var quote: Character?
  /// Texts that stand for a missing value, besides the empty one, NA, NaN, nan and null.
  public var missing: [String] = []
  /// The types of columns whose type is not to be found from their values.
  public var types: [String: ColumnType] = [:]
  /// Whether the first line that is not blank names the columns; otherwise they are "x1", "x2", ….
  public var hasHeader = true

  /// Options that find everything from the file.
  public init() {}
}

/// The bytes that structure a CSV file.
struct CSVFormat: Sendable, Hashable {
  var separator: UInt8
  var quote: UInt8
  var decimal: UInt8

  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// Whether a byte is white space that may surround a number.
  func isBlank(_ byte: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
  }
}
