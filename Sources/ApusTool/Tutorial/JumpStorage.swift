// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The jump that all slices of a job make, prepared once in each process.
final class JumpStorage: Sendable {
  static let shared = JumpStorage()

  private let known = Mutex<(words: UInt128, jump: MT19937.Jump)?>(nil)

  func jump(words: UInt128) -> MT19937.Jump {
    known.withLock { known in
      if let known, known.words == words { return known.jump }
      let jump = MT19937.Jump(words: words)
      known = (words, jump)
      return jump
    }
  }
}
