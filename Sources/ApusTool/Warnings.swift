// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom

/// What was asked for in the environment and could not be followed.
enum Warnings {
  static func print() {
    for complaint in ThreadBudget.current.complaints + [BlockKernels.complaint].compactMap({ $0 }) {
      Terminal.warn(complaint)
    }
  }
}
