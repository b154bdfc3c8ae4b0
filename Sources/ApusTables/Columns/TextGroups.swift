// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom

/// Texts of groups of rows, distinct within a group, in the order in which they were met.
struct TextGroups: Sendable {
  /// The texts of one group.
  struct Group: Sendable {
    var texts = PackedTexts()
    /// The positions of texts that stand for a missing value, which are no levels.
    var missing: Set<Int32> = []
  }

  private let groups: [Group]
  /// The number of texts before each group.
  let starts: [Int]
  /// The number of texts of all groups.
  let count: Int

  /// - Precondition: there are fewer than 2^31 texts.
  init(_ groups: [Group]) {
    self.groups = groups
    var starts: [Int] = []
    count = groups.reduce(0) { count, group in
      starts.append(count)
      return count + group.texts.count
    }
    self.starts = starts
  }

  /// The UTF-8 of a text, by its position among those of all groups.
  ///
  /// - Complexity: O(log *g*) for *g* groups.
  func utf8(_ index: Int) -> ArraySlice<UInt8> {
    var range = 0..<starts.count
    while range.count > 1 {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = index < starts[middle] ? range.lowerBound..<middle : middle..<range.upperBound
    }
    return groups[range.lowerBound].texts[index - starts[range.lowerBound]]
  }

  /// Whether texts of one group are rarely in another; found from a few thousand of them.
  var areMostlyDistinct: Bool {
    // A share of pairs that repeat is met for sure, however many texts there are.
    let wanted = max(4096, Int(8 * Double(count).squareRoot()))
    var generator = PCG64(SeedSequence(1))
    let indices = Set((0..<wanted).map { _ in Int(generator.next() % UInt64(max(count, 1))) })
    let repeats = indices.count - Set(indices.map(utf8)).count
    // Of n texts, of which each is in two groups, so many pairs meet.
    return Double(repeats) * 2 * Double(count) < Double(indices.count * indices.count)
  }

  /// Whether there are levels, and all satisfy a condition.
  func allLevelsSatisfy(_ condition: (String) -> Bool) -> Bool {
    var areAny = false
    for group in groups {
      for index in 0..<group.texts.count where !group.missing.contains(Int32(index)) {
        areAny = true
        if !condition(String(decoding: group.texts[index], as: UTF8.self)) { return false }
      }
    }
    return areAny
  }

  /// Sorts the levels by their bytes.
  ///
  /// - Parameter workers: the most threads; nil for the budget's.
  /// - Returns: the levels, and the position among them of each text of all groups; -1 for missing values.
  /// - Complexity: O(bytes + *n* log *g*) for *n* texts of *g* groups, divided among the workers.
  func sorted(workers: Int? = nil) -> (levels: PackedTexts, positions: [Int32]) {
    let sorted = groups.parallelMap(workers: workers) { group in group.sorted() }
    if let only = sorted.first, sorted.count == 1 { return only }
    let merge = LevelMerge(sorted.map(\.levels), workers: workers)
    var positions: [Int32] = []
    positions.reserveCapacity(count)
    for (ofGroup, merged) in zip(sorted, merge.positions) {
      positions += ofGroup.positions.lazy.map { $0 < 0 ? -1 : merged[Int($0)] }
    }
    return (merge.levels, positions)
  }
}

extension TextGroups.Group {
  /// - Returns: the levels in the order of their bytes, and the position of each text among them; -1 for missing values.
  func sorted() -> (levels: PackedTexts, positions: [Int32]) {
    var levels = PackedTexts()
    levels.reserve(count: texts.count, byteCount: texts.byteCount)
    var positions = [Int32](repeating: -1, count: texts.count)
    for index in LevelOrder(texts).sorted(without: missing) {
      positions[Int(index)] = Int32(levels.count)
      levels.append(Int(index), of: texts)
    }
    return (levels, positions)
  }
}
