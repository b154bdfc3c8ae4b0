// Part of Apus, Apache-2.0. See LICENSE.
public import ApusLinearAlgebra
public import ApusWorkers

/// A matrix multiplied by another, and transposed.
public struct Transposed: RemoteFunction {
  /// The factor on the left.
  public var left: Matrix<Double>
  /// Multiplies.
  public func callAsFunction(_ right: Matrix<Double>) throws -> Matrix<Double> {
    (left * right).transposed
  }
}
