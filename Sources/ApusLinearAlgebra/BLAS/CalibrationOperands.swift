// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The square matrices that a calibration computes with, and memory for the results of each call.
///
/// The caller must keep it alive while a routine uses a block that it has handed out; each block is used by one call
/// at a time.
final class CalibrationOperands {
  /// A matrix of normal deviates.
  let general: OwnedBlock<Double>
  /// Its transpose times itself, with 1 added to the diagonal.
  private lazy var positive = makePositive()
  /// The lower Cholesky factor of that, once it has been computed.
  private lazy var factor = OwnedBlock<Double>(zeros: order, order)
  private let work: OwnedBlock<Double>
  private lazy var second = OwnedBlock(general)
  private lazy var third = OwnedBlock<Double>(zeros: order, order)
  private let order: Int

  init(order: Int) {
    self.order = order
    var generator = Philox4x64(SeedSequence(UInt128(order)))
    general = OwnedBlock(zeros: order, order)
    general.withElements { generator.fillStandardNormal(&$0) }
    work = OwnedBlock(zeros: order, order)
  }

  private func makePositive() -> OwnedBlock<Double> {
    let product = OwnedBlock<Double>(zeros: order, order)
    BLAS.native.doubles.product(
      1, general.block.transposed, general.block, 0, product.block, false)
    for i in 0..<order { product.block[i, i] += 1 }
    return product
  }

  /// A fresh copy of the general matrix.
  func copy() -> Block<Double> {
    work.copy(general)
    return work.block
  }

  /// A fresh copy of the positive definite matrix.
  func copySymmetric() -> Block<Double> {
    work.copy(positive)
    return work.block
  }

  /// A fresh identity.
  func identity() -> Block<Double> {
    work.block.setIdentity()
    return work.block
  }

  func multiply(_ routines: MatrixRoutines<Double>, isLower: Bool) {
    let left = isLower ? general.block.transposed : second.block
    routines.product(1, left, general.block, 0, work.block, isLower)
  }

  func multiplyVector(_ routines: MatrixRoutines<Double>) {
    let column = 0..<1
    routines.product(
      1, general.block, second.block.part(0..<order, column), 0,
      work.block.part(0..<order, column), false)
  }

  func factorisePositive(_ routines: MatrixRoutines<Double>) {
    factor.copy(positive)
    _ = routines.cholesky(factor.block)
  }

  /// Solves with the Cholesky factor, which must have been computed.
  func solve(_ routines: MatrixRoutines<Double>) {
    let x = copy()
    routines.solve(.lower, factor.block, x)
    routines.solve(.upper, factor.block.transposed, x)
  }

  func eigen(_ routines: MatrixRoutines<Double>) {
    _ = routines.eigen(copy(), second.block, third.block)
  }

  func svd(_ routines: MatrixRoutines<Double>) {
    _ = routines.svd(copy(), second.block, third.block)
  }
}
