// Part of Apus, Apache-2.0. See LICENSE.

/// A set of indices as ascending ranges, which is short for people and for files: `0-4 9 12-20`.
package struct IndexRanges: Sendable, Hashable {
  /// Ascending, disjoint, and with a gap between each two.
  package private(set) var ranges: [ClosedRange<Int>] = []

  package init() {}

  /// - Parameter indices: in ascending order; the same one may come several times.
  package init(ascending indices: some Sequence<Int>) {
    for index in indices { append(index) }
  }

  /// - Complexity: O(n log n).
  package init(_ indices: some Sequence<Int>) { self.init(ascending: indices.sorted()) }

  private mutating func append(_ index: Int) {
    guard let last = ranges.last, index <= last.upperBound + 1 else {
      ranges.append(index...index)
      return
    }
    if index > last.upperBound { ranges[ranges.count - 1] = last.lowerBound...index }
  }

  /// Reads what ``text`` writes; nil if it is something else.
  package init?(_ text: some StringProtocol) {
    for word in text.split(separator: " ") {
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first >= 0,
        first <= last, first > ranges.last?.upperBound ?? -1
      else { return nil }
      if let end = ranges.last, end.upperBound + 1 == first {
        ranges[ranges.count - 1] = end.lowerBound...last
      } else {
        ranges.append(first...last)
      }
    }
  }

  package var text: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: " ")
  }

  package var count: Int { ranges.reduce(0) { $0 + $1.count } }
  package var isEmpty: Bool { ranges.isEmpty }
  package var indices: some Sequence<Int> { ranges.lazy.flatMap { $0 } }

  /// - Complexity: O(log n) of the number of ranges.
  package func contains(_ index: Int) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(index)
  }

  /// The indices below a number that are not among these.
  package func missing(below count: Int) -> IndexRanges {
    var missing = IndexRanges()
    var next = 0
    for range in ranges where next < count {
      let end = min(range.lowerBound, count)
      if next < end { missing.ranges.append(next...(end - 1)) }
      next = range.upperBound + 1
    }
    if next < count { missing.ranges.append(next...(count - 1)) }
    return missing
  }
}
