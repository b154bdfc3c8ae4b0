// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom

/// Warnings about environment variables with values that cannot be used.
enum Warnings {
  static func print() {
    for complaint in ThreadBudget.current.warnings + [BlockKernels.complaint].compactMap({ $0 }) {
      Terminal.warn(complaint)
    }
  }
}
