// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// Texts in the order in which they were met, whose levels are found and sorted when they are first asked for.
final class SortedTextsStorage: Sendable {
  /// Levels, and the code of each text.
  struct Sorted: Sendable {
    let levels: Levels
    let codes: [Int32]
  }

  let texts: TextGroups
  private let known = Mutex<Sorted?>(nil)

  init(_ texts: TextGroups) { self.texts = texts }

  /// Threads that ask at once may all sort, so that none waits for another's map.
  var sorted: Sorted {
    if let sorted = known.withLock({ $0 }) { return sorted }
    let (levels, codes) = texts.sorted()
    var order = [Int32](repeating: 0, count: levels.count)
    for (text, code) in zip(Int32(0)..., codes) where code >= 0 { order[Int(code)] = text }
    let sorted = Sorted(levels: Levels(texts, order: order), codes: codes)
    return known.withLock { known in
      let first = known ?? sorted
      known = first
      return first
    }
  }
}
