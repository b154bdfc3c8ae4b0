// Part of Apus, Apache-2.0. See LICENSE.

/// The rows of one fit of a cross-validation.
public struct Fold: Codable, Sendable, Hashable {
  /// The rows to fit to, ascending.
  public let trainingRows: [Int]
  /// The rows to predict, ascending; one in leave-one-out.
  public let heldOutRows: [Int]

  /// Makes a fold of rows.
  public init(trainingRows: [Int], heldOutRows: [Int]) {
    self.trainingRows = trainingRows
    self.heldOutRows = heldOutRows
  }
}
