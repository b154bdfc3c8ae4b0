// Part of Apus, Apache-2.0. See LICENSE.

/// A number that matrices can hold: `Double` or `Float`.
public protocol MatrixScalar: BlockScalar {
  /// The routines of a backend for numbers of this type; users need not call it.
  static func routines(of backend: BLAS) -> MatrixRoutines<Self>

  /// The product of two matrices; users write `*`.
  static func product(_ left: Matrix<Self>, _ right: Matrix<Self>) -> Matrix<Self>

  /// The lower Cholesky factor; users call ``Matrix/cholesky()``.
  static func choleskyFactor(
    _ matrix: consuming Matrix<Self>
  ) throws(LinearAlgebraError) -> Matrix<Self>
}

extension Double: MatrixScalar {
  /// The routines for doubles.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Double> { backend.doubles }

  /// The product, compiled for doubles.
  public static func product(_ left: Matrix<Double>, _ right: Matrix<Double>) -> Matrix<Double> {
    .multiplied(left, right) { SmallProduct.run($0, $1, $2) }
  }

  /// The Cholesky factor, compiled for doubles.
  public static func choleskyFactor(
    _ matrix: consuming Matrix<Double>
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    try (consume matrix).choleskyFactor()
  }
}

extension Float: MatrixScalar {
  /// The routines for floats.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Float> { backend.floats }

  /// The product, compiled for floats.
  public static func product(_ left: Matrix<Float>, _ right: Matrix<Float>) -> Matrix<Float> {
    .multiplied(left, right) { SmallProduct.run($0, $1, $2) }
  }

  /// The Cholesky factor, compiled for floats.
  public static func choleskyFactor(
    _ matrix: consuming Matrix<Float>
  ) throws(LinearAlgebraError) -> Matrix<Float> {
    try (consume matrix).choleskyFactor()
  }
}
