// Part of Apus, Apache-2.0. See LICENSE.
public import ApusTables

/// A table of features with target values, sorted once for all models fitted to it.
///
/// Cross-validation fits many models to nearly the same rows: make one training set and fit each
/// model to some of its row numbers.
///
/// ```swift
/// let data = try TrainingSet(features: table, values: progression)
/// ```
public struct TrainingSet: Sendable {
  /// The features.
  public let table: FeatureTable
  let sorted: SortedFeatures
  let target: ForestTarget

  /// Makes a training set for regression.
  ///
  /// - Parameters:
  ///   - table: the features; NaN is a missing value.
  ///   - values: one finite number per row.
  /// - Throws: ``StatisticsError`` `.shape`, `.notFinite`.
  /// - Complexity: O(features · rows · log rows).
  public init(features table: FeatureTable, values: [Double]) throws {
    guard values.count == table.rowCount else {
      throw StatisticsError(
        .shape, "\(values.count) target values for \(table.rowCount) rows.")
    }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError(.notFinite, "The target of row \(row + 1) is \(values[row]).")
    }
    self.table = table
    sorted = SortedFeatures(table)
    target = Self.scaled(values)
  }

  /// Makes a training set for classification.
  ///
  /// - Parameters:
  ///   - table: the features; NaN is a missing value.
  ///   - classes: one number per row, 0..<`classCount`.
  ///   - classCount: at least 1.
  /// - Throws: ``StatisticsError`` `.shape`, `.badOption`.
  public init(features table: FeatureTable, classes: [Int], classCount: Int) throws {
    guard classes.count == table.rowCount else {
      throw StatisticsError(.shape, "\(classes.count) classes for \(table.rowCount) rows.")
    }
    if let row = classes.firstIndex(where: { !(0..<classCount ~= $0) }) {
      throw StatisticsError(
        .badOption, "The class of row \(row + 1) is \(classes[row]), not in 0..<\(classCount).")
    }
    self.table = table
    sorted = SortedFeatures(table)
    target = .classes(classes.map(Int32.init), count: classCount)
  }

  /// Scales by a power of two, without rounding, so that squares of values of any size stay in range.
  private static func scaled(_ values: [Double]) -> ForestTarget {
    let largest = values.reduce(0) { max($0, abs($1)) }
    let exponent = largest > 0 ? Int(largest.exponent) : 0
    let small = values.map { Double(sign: .plus, exponent: -exponent, significand: $0) }
    let center = PairwiseSum.mean(small)
    return .values(
      small.map { $0 - center }, center: center,
      scale: Double(sign: .plus, exponent: exponent, significand: 1))
  }

  /// Checks the numbers of the training rows; nil means all.
  func checked(_ rows: [Int]?) throws -> [Int] {
    let rows = rows ?? Array(0..<table.rowCount)
    if let odd = rows.first(where: { !(0..<table.rowCount ~= $0) }) {
      throw StatisticsError(.shape, "Row \(odd) is not in 0..<\(table.rowCount).")
    }
    guard !rows.isEmpty else {
      throw StatisticsError(.tooFewRows, "A forest needs at least one training row.")
    }
    return rows
  }
}

extension TrainingSet: Codable {
  private enum CodingKeys: CodingKey { case table, target }

  /// Encodes features and targets; the order of the features is found again.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(table, forKey: .table)
    try container.encode(target, forKey: .target)
  }

  /// Decodes features and targets.
  ///
  /// - Throws: ``StatisticsError`` `.shape`, `.badOption`; `DecodingError`.
  /// - Complexity: O(features · rows · log rows).
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    table = try container.decode(FeatureTable.self, forKey: .table)
    target = try container.decode(ForestTarget.self, forKey: .target)
    let count = target.count
    guard count == table.rowCount else {
      throw StatisticsError(.shape, "\(count) target values for \(table.rowCount) rows.")
    }
    if case .classes(let classes, let count) = target,
      let row = classes.firstIndex(where: { !(0..<Int32(clamping: count) ~= $0) })
    {
      throw StatisticsError(
        .badOption, "The class of row \(row + 1) is \(classes[row]), not in 0..<\(count).")
    }
    sorted = SortedFeatures(table)
  }
}
