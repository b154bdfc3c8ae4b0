// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// Rows cut into parts of equal size, each held out once.
public struct Folds: Sendable, Hashable {
  /// The rows of each fold, ascending.
  public let held: [[Int]]
  /// Rows in all.
  public let count: Int

  /// One fold per row.
  ///
  /// - Parameter count: at least 2.
  /// - Throws: ``StatisticsError`` `.tooFewRows`.
  public static func leaveOneOut(of count: Int) throws(StatisticsError) -> Folds {
    guard count >= 2 else {
      throw StatisticsError(
        .tooFewRows, "Leave-one-out needs at least 2 rows, and there \(isOrAre(count)).")
    }
    return Folds(held: (0..<count).map { [$0] }, count: count)
  }

  /// `folds` parts of a random order; sizes differ by at most one.
  ///
  /// - Parameters:
  ///   - folds: 2...`count`.
  ///   - count: rows.
  ///   - generator: shuffles the rows.
  /// - Throws: ``StatisticsError`` `.badOption`, `.tooFewRows`.
  public static func shuffled(
    _ folds: Int, of count: Int, using generator: inout some BitGenerator
  ) throws(StatisticsError) -> Folds {
    guard count >= 2 else {
      throw StatisticsError(
        .tooFewRows, "Cross-validation needs at least 2 rows, and there \(isOrAre(count)).")
    }
    guard 2...count ~= folds else {
      throw StatisticsError(
        .badOption, "\(count) rows can be cut into 2 to \(count) folds, not \(folds).")
    }
    let order = generator.permutation(count)
    let held = (0..<folds).map { fold in
      stride(from: fold, to: count, by: folds).map { order[$0] }.sorted()
    }
    return Folds(held: held, count: count)
  }

  /// The rows that are not held out in a fold, ascending.
  ///
  /// - Complexity: O(`count`).
  public func training(_ fold: Int) -> [Int] {
    var isHeld = [Bool](repeating: false, count: count)
    for row in held[fold] { isHeld[row] = true }
    return (0..<count).filter { !isHeld[$0] }
  }

  private static func isOrAre(_ count: Int) -> String { count == 1 ? "is 1" : "are \(count)" }
}
