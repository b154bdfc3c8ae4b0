// Part of Apus, Apache-2.0. See LICENSE.

/// A number that matrices can hold: `Double` or `Float`.
public protocol MatrixScalar: BinaryFloatingPoint, SIMDScalar, Sendable, Codable {
  /// What a backend does for numbers of this type; nothing that users need to call.
  static func routines(of backend: BLAS) -> MatrixRoutines<Self>

  /// The product of small matrices; nothing that users need to call.
  static func smallProduct(_ a: Block<Self>, _ b: Block<Self>, _ product: Block<Self>)
}

extension Double: MatrixScalar {
  /// The routines for doubles.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Double> { backend.doubles }

  /// The product of small matrices by Apus's own kernel.
  public static func smallProduct(
    _ a: Block<Double>, _ b: Block<Double>, _ product: Block<Double>
  ) {
    SmallProduct.run(a, b, product)
  }
}

extension Float: MatrixScalar {
  /// The routines for floats.
  public static func routines(of backend: BLAS) -> MatrixRoutines<Float> { backend.floats }

  /// The product of small matrices by Apus's own kernel.
  public static func smallProduct(_ a: Block<Float>, _ b: Block<Float>, _ product: Block<Float>) {
    SmallProduct.run(a, b, product)
  }
}
