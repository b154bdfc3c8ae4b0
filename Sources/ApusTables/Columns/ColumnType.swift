// Part of Apus, Apache-2.0. See LICENSE.

/// What the values of a column are.
public enum ColumnType: String, Sendable, Hashable, CaseIterable {
  /// Floating-point numbers; NaN is a missing value.
  case number
  /// Whole numbers, none of them missing.
  case integer
  /// True, false or missing.
  case logical
  /// Calendar dates as text in the form 2026-11-28.
  case date
  /// Texts, of which each distinct one is a level.
  case category
}

extension ColumnType: CustomStringConvertible {
  /// The word for it, such as "number".
  public var description: String { rawValue }
}
