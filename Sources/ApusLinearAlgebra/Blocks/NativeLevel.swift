// Part of Apus, Apache-2.0. See LICENSE.
import ApusMatrixKernels
import ApusRandom

/// The instruction set level whose kernels are in use.
enum NativeLevel {
  static let number = min(BlockKernels.current.level.rawValue, apus_matrix_highest_level())

  static var name: String { BlockKernels.Level(rawValue: number)?.name ?? "portable" }
}
