// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Joins the levels of groups of rows, each in the order of their bytes, to those of all rows.
struct LevelMerge {
  /// So many texts or fewer are merged at once.
  private static let few = 5000
  private static let samplesPerGroup = 64
  private static let rangesPerWorker = 4
  private static let fewestRanges = 8

  /// The levels of all rows.
  private(set) var levels = PackedTexts()
  /// For each group, the position of each of its texts among all levels.
  private(set) var positions: [[Int32]]

  /// - Complexity: O(*n* log *g*) for *n* texts of *g* groups, divided among the workers.
  init(_ groups: [PackedTexts], workers: Int?) {
    positions = groups.map { group in
      var positions: [Int32] = []
      positions.reserveCapacity(group.count)
      return positions
    }
    // Memory that is never written to is not taken from the system.
    levels.reserve(
      count: groups.reduce(0) { $0 + $1.count }, byteCount: groups.reduce(0) { $0 + $1.byteCount })
    let cuts = Self.cuts(groups, workers: workers)
    let ranges = zip(cuts, cuts.dropFirst()).map { start, end in zip(start, end).map { $0..<$1 } }
    // One range a worker at a time, so that little is kept twice.
    let together = workers ?? ThreadBudget.current.count
    for start in stride(from: 0, to: ranges.count, by: together) {
      let some = ranges[start..<min(start + together, ranges.count)]
      for merged in some.parallelMap(workers: workers, { MergedRange(groups, $0) }) {
        append(merged)
      }
    }
    levels.shrink()
  }

  private mutating func append(_ range: MergedRange) {
    let base = Int32(levels.count)
    levels.append(allOf: range.levels)
    for group in positions.indices {
      positions[group] += range.positions[group].lazy.map { $0 + base }
    }
  }

  /// Positions in each group at which ranges begin and end, which have about the same number of texts.
  private static func cuts(_ groups: [PackedTexts], workers: Int?) -> [[Int]] {
    let whole = [groups.map { _ in 0 }, groups.map(\.count)]
    let ranges = max(fewestRanges, rangesPerWorker * (workers ?? ThreadBudget.current.count))
    if whole[1].reduce(0, +) <= few { return whole }
    var samples: [(group: Int, index: Int)] = []
    for (group, texts) in groups.enumerated() {
      let wanted = min(samplesPerGroup, texts.count)
      samples += (0..<wanted).map { (group, $0 * texts.count / wanted) }
    }
    samples.sort { a, b in groups[a.group].comparison(a.index, to: groups[b.group], b.index) < 0 }
    let inner = (1..<ranges).map { range in
      let sample = samples[range * samples.count / ranges]
      return groups.map { $0.lowerBound(of: sample.index, of: groups[sample.group]) }
    }
    return [whole[0]] + inner + [whole[1]]
  }
}

extension PackedTexts {
  /// The position of the first text that does not come before a text of another array; the texts are sorted.
  fileprivate func lowerBound(of index: Int, of other: PackedTexts) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      if comparison(middle, to: other, index) < 0 {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
