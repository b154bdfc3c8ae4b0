// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization

/// Texts of a column whose levels are found and sorted when they are first asked for.
///
/// The texts themselves are read without a lock.
final class UnsortedTextsStorage: Sendable {
  /// Texts by sorted levels.
  struct Coded: Sendable {
    let codes: [Int32]
    let levels: Levels
  }

  /// The position of each row's text among ``texts``; -1 for a missing value.
  let positions: [Int32]
  let texts: TextGroups
  private let known = Mutex<Coded?>(nil)

  init(positions: [Int32], texts: TextGroups) {
    self.positions = positions
    self.texts = texts
  }

  /// The codes and their levels.
  ///
  /// Threads that ask at once may all find them, so that none waits for another's map.
  var coded: Coded {
    if let coded = known.withLock({ $0 }) { return coded }
    let coded = Self.coded(positions, texts, workers: nil)
    return known.withLock { known in
      let first = known ?? coded
      known = first
      return first
    }
  }

  /// Sorts the levels, and gives each row its code.
  static func coded(_ positions: [Int32], _ texts: TextGroups, workers: Int?) -> Coded {
    let (levels, codes) = texts.sorted(workers: workers)
    return Coded(
      codes: positions.parallelMap(workers: workers) { $0 < 0 ? -1 : codes[Int($0)] },
      levels: Levels(levels))
  }
}
