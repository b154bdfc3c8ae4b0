// Part of Apus, Apache-2.0. See LICENSE.

/// Where products and factorisations are computed.
public struct BLAS: Sendable {
  let doubles: MatrixRoutines<Double>
  let floats: MatrixRoutines<Float>

  /// Apus's own routines: always there, and the same bits for any number of threads.
  public static let native = BLAS(doubles: .native(.doubles), floats: .native(.floats))

  @TaskLocal static var chosen: BLAS?

  /// The backend in use.
  public static var current: BLAS { chosen ?? native }
}
