// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// A division of rows into folds of nearly equal size, each held out once.
public struct Folds: Codable, Sendable, Hashable {
  /// The rows of each fold, ascending.
  public let heldOutRows: [[Int]]
  /// The number of all rows; each is held out once or never.
  public let count: Int

  /// Makes one fold per row, for leave-one-out.
  ///
  /// - Parameters:
  ///   - count: rows, at least 2.
  ///   - heldOutCount: the number of rows to hold out, from the first on; default all.
  /// - Throws: ``StatisticsError`` `.tooFewRows`, `.badOption`.
  public static func leaveOneOut(
    of count: Int, heldOutCount: Int? = nil
  ) throws(StatisticsError) -> Folds {
    let heldOutCount = try checked(heldOutCount, of: count)
    return Folds(heldOutRows: (0..<heldOutCount).map { [$0] }, count: count)
  }

  /// Divides the rows at random into folds whose sizes differ by at most one.
  ///
  /// - Parameters:
  ///   - folds: from 2 to the number of rows held out.
  ///   - count: rows, at least 2.
  ///   - heldOutCount: the number of rows to divide, from the first on; default all.
  ///   - generator: shuffles the rows.
  /// - Throws: ``StatisticsError`` `.badOption`, `.tooFewRows`.
  public static func shuffled(
    _ folds: Int, of count: Int, heldOutCount: Int? = nil, using generator: inout some BitGenerator
  ) throws(StatisticsError) -> Folds {
    let heldOutCount = try checked(folds, heldOutCount, of: count)
    let order = generator.permutation(heldOutCount)
    let rows = (0..<folds).map { fold in
      stride(from: fold, to: heldOutCount, by: folds).map { order[$0] }.sorted()
    }
    return Folds(heldOutRows: rows, count: count)
  }

  /// Checks the arguments of a k-fold cross-validation, which needs a stream for each fold and one for the shuffle.
  static func check(
    _ folds: Int, of count: Int, heldOutCount: Int?, streams: StreamOrigin
  ) throws(StatisticsError) {
    _ = try checked(folds, heldOutCount, of: count)
    if let most = streams.maximumTasks, folds >= most {
      throw StatisticsError(
        .badOption,
        "\(folds) folds need \(folds + 1) streams, one of them for the shuffle, but there are \(most)."
      )
    }
  }

  private static func checked(
    _ folds: Int, _ heldOutCount: Int?, of count: Int
  ) throws(StatisticsError) -> Int {
    let heldOutCount = try checked(heldOutCount, of: count)
    guard 2...max(2, heldOutCount) ~= folds, folds <= heldOutCount else {
      throw StatisticsError(
        .badOption,
        "\(heldOutCount) rows can be divided into 2 to \(heldOutCount) folds, not \(folds).")
    }
    return heldOutCount
  }

  private static func checked(_ heldOutCount: Int?, of count: Int) throws(StatisticsError) -> Int {
    guard count >= 2 else {
      let rows = count == 1 ? "is 1" : "are \(count)"
      throw StatisticsError(
        .tooFewRows, "Cross-validation needs at least 2 rows, but there \(rows).")
    }
    guard 1...count ~= heldOutCount ?? count else {
      throw StatisticsError(.badOption, "Cannot hold out \(heldOutCount ?? 0) of \(count) rows.")
    }
    return heldOutCount ?? count
  }

  /// Returns the training rows of a fold: those it does not hold out, ascending.
  ///
  /// - Complexity: O(`count`).
  public func trainingRows(fold: Int) -> [Int] {
    var isHeld = [Bool](repeating: false, count: count)
    for row in heldOutRows[fold] { isHeld[row] = true }
    return (0..<count).filter { !isHeld[$0] }
  }
}
