// Part of Apus, Apache-2.0. See LICENSE.

/// A number that matrices can hold: `Double` or `Float`.
public protocol MatrixScalar: BinaryFloatingPoint, SIMDScalar, Sendable, Codable {
  /// What a backend does for numbers of this type; nothing that users need to call.
  static func routines(of backend: BLAS) -> MatrixRoutines<Self>
}

extension Double: MatrixScalar {
  /// The routines for doubles.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Double> { backend.doubles }
}

extension Float: MatrixScalar {
  /// The routines for floats.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Float> { backend.floats }
}
