// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization

/// Rows of texts that may not be sorted yet; the texts themselves are read without a lock.
final class UnsortedTextsStorage: Sendable {
  /// The position of each row's text; -1 for a missing value.
  let positions: [Int32]
  private let sortedTexts: SortedTextsStorage
  private let known = Mutex<[Int32]?>(nil)

  /// - Parameter texts: shared by all selections of rows.
  init(positions: [Int32], _ texts: SortedTextsStorage) {
    self.positions = positions
    sortedTexts = texts
  }

  var texts: TextGroups { sortedTexts.texts }
  var levels: Levels { sortedTexts.sorted.levels }

  /// The position of each row's text among ``levels``.
  var codes: [Int32] {
    if let codes = known.withLock({ $0 }) { return codes }
    let codes = Self.codes(positions, of: sortedTexts.sorted.codes, workers: nil)
    return known.withLock { known in
      let first = known ?? codes
      known = first
      return first
    }
  }

  /// The same texts in some rows, in the order given.
  func selecting(_ rows: [Int]) -> UnsortedTextsStorage {
    UnsortedTextsStorage(positions: rows.map { positions[$0] }, sortedTexts)
  }

  /// - Parameter codes: that of each text.
  static func codes(_ positions: [Int32], of codes: [Int32], workers: Int?) -> [Int32] {
    positions.parallelMap(workers: workers) { $0 < 0 ? -1 : codes[Int($0)] }
  }
}
