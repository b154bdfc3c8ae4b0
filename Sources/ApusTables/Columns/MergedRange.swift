// Part of Apus, Apache-2.0. See LICENSE.

/// The levels of some groups in a range of texts, merged in the order of their bytes.
struct MergedRange: Sendable {
  /// The next text of a group.
  private struct Head {
    /// Its first eight bytes.
    var word: UInt64
    let group: Int
    var index: Int
    let end: Int
  }

  private(set) var levels = PackedTexts()
  /// For each group, the position among ``levels`` of each of its texts in the range.
  private(set) var positions: [[Int32]]

  init(groupCount: Int) { positions = Array(repeating: [], count: groupCount) }

  /// - Parameters:
  ///   - groups: sorted and distinct texts of each group.
  ///   - ranges: the positions in each group.
  init(_ groups: [PackedTexts], _ ranges: [Range<Int>]) {
    self.init(groupCount: groups.count)
    for group in groups.indices { positions[group].reserveCapacity(ranges[group].count) }
    // A heap with the smallest text on top.
    var heads: [Head] = []
    for (group, range) in ranges.enumerated() where !range.isEmpty {
      let word = groups[group].word(range.lowerBound)
      heads.append(Head(word: word, group: group, index: range.lowerBound, end: range.upperBound))
    }
    for place in heads.indices.reversed() { Self.sink(&heads, place, groups) }
    while let head = heads.first {
      take(head, groups)
      if head.index + 1 < head.end {
        heads[0].index += 1
        heads[0].word = groups[head.group].word(head.index + 1)
      } else {
        heads.swapAt(0, heads.count - 1)
        heads.removeLast()
      }
      Self.sink(&heads, 0, groups)
    }
  }

  private mutating func take(_ head: Head, _ groups: [PackedTexts]) {
    let last = levels.count - 1
    let isKnown =
      last >= 0 && levels.word(last) == head.word
      && groups[head.group].comparison(head.index, to: levels, last) == 0
    if !isKnown { levels.append(head.index, of: groups[head.group]) }
    positions[head.group].append(Int32(levels.count - 1))
  }

  /// Moves a head down in the heap until it is not larger than those below it.
  @inline(__always)
  private static func sink(_ heads: inout [Head], _ start: Int, _ groups: [PackedTexts]) {
    var place = start
    while true {
      var child = 2 * place + 1
      if child >= heads.count { return }
      if child + 1 < heads.count, precedes(heads[child + 1], heads[child], groups) { child += 1 }
      if !precedes(heads[child], heads[place], groups) { return }
      heads.swapAt(place, child)
      place = child
    }
  }

  @inline(__always)
  private static func precedes(_ a: Head, _ b: Head, _ groups: [PackedTexts]) -> Bool {
    if a.word != b.word { return a.word < b.word }
    return groups[a.group].comparison(a.index, to: groups[b.group], b.index) < 0
  }
}
