// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// Rows cut into parts of equal size, each held out once.
public struct Folds: Sendable, Hashable {
  /// The rows of each fold, ascending.
  public let held: [[Int]]
  /// Rows in all, held out once or never.
  public let count: Int

  /// One fold per row.
  ///
  /// - Parameters:
  ///   - count: rows, at least 2.
  ///   - heldOut: hold out only so many of the first rows; default all.
  /// - Throws: ``StatisticsError`` `.tooFewRows`, `.badOption`.
  public static func leaveOneOut(
    of count: Int, heldOut: Int? = nil
  ) throws(StatisticsError) -> Folds {
    let heldOut = try checked(heldOut, of: count)
    return Folds(held: (0..<heldOut).map { [$0] }, count: count)
  }

  /// `folds` parts of a random order; sizes differ by at most one.
  ///
  /// - Parameters:
  ///   - folds: from 2 to the rows held out.
  ///   - count: rows, at least 2.
  ///   - heldOut: cut only so many of the first rows; default all.
  ///   - generator: shuffles the rows.
  /// - Throws: ``StatisticsError`` `.badOption`, `.tooFewRows`.
  public static func shuffled(
    _ folds: Int, of count: Int, heldOut: Int? = nil, using generator: inout some BitGenerator
  ) throws(StatisticsError) -> Folds {
    let heldOut = try checked(heldOut, of: count)
    guard 2...max(2, heldOut) ~= folds, folds <= heldOut else {
      throw StatisticsError(
        .badOption, "\(heldOut) rows can be cut into 2 to \(heldOut) folds, not \(folds).")
    }
    let order = generator.permutation(heldOut)
    let held = (0..<folds).map { fold in
      stride(from: fold, to: heldOut, by: folds).map { order[$0] }.sorted()
    }
    return Folds(held: held, count: count)
  }

  private static func checked(_ heldOut: Int?, of count: Int) throws(StatisticsError) -> Int {
    guard count >= 2 else {
      let rows = count == 1 ? "is 1" : "are \(count)"
      throw StatisticsError(
        .tooFewRows, "Cross-validation needs at least 2 rows, and there \(rows).")
    }
    guard 1...count ~= heldOut ?? count else {
      throw StatisticsError(.badOption, "Cannot hold out \(heldOut ?? 0) of \(count) rows.")
    }
    return heldOut ?? count
  }

  /// The rows that are not held out in a fold, ascending.
  ///
  /// - Complexity: O(`count`).
  public func training(_ fold: Int) -> [Int] {
    var isHeld = [Bool](repeating: false, count: count)
    for row in held[fold] { isHeld[row] = true }
    return (0..<count).filter { !isHeld[$0] }
  }
}
