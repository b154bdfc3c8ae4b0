// Part of Apus, Apache-2.0. See LICENSE.

/// A stable merge sort that is done in slices.
struct SlicedSort<Element> {
  /// The elements of a run that is sorted in one step.
  private static var shortRun: Int { 256 }

  private var runs: [[Element]] = []
  /// The runs of the next round, and the position in both runs that are being merged now.
  private var merged: [[Element]] = []
  private var target: [Element] = []
  private var (left, right) = (0, 0)
  private var next = 0

  private var unsorted: [Element] = []

  /// Adds an element; all must be added before the first step.
  mutating func append(_ element: Element) { unsorted.append(element) }

  /// Goes on sorting until the slice is used up.
  ///
  /// - Returns: the sorted elements, once all are in order.
  mutating func step(_ slice: inout Slice, _ precedes: (Element, Element) -> Bool) -> [Element]? {
    while !unsorted.isEmpty {
      if slice.isUsedUp { return nil }
      let start = max(0, unsorted.count - Self.shortRun)
      runs.append(unsorted[start...].sorted(by: precedes))
      unsorted.removeSubrange(start...)
      for _ in 0..<Self.shortRun / 8 { slice.count() }
      if unsorted.isEmpty { runs.reverse() }
    }
    while runs.count > 1 {
      guard next + 1 < runs.count else {
        if next < runs.count { merged.append(runs[next]) }
        (runs, merged, next) = (merged, [], 0)
        continue
      }
      guard merge(&slice, precedes) else { return nil }
    }
    return runs.first ?? []
  }

  /// Merges the next two runs.
  ///
  /// - Returns: false if the slice was used up before the end.
  private mutating func merge(
    _ slice: inout Slice, _ precedes: (Element, Element) -> Bool
  ) -> Bool {
    let (a, b) = (runs[next], runs[next + 1])
    var steps = 0
    while left < a.count || right < b.count {
      if slice.isUsedUp { return false }
      if right == b.count || left < a.count && !precedes(b[right], a[left]) {
        target.append(a[left])
        left += 1
      } else {
        target.append(b[right])
        right += 1
      }
      steps += 1
      if steps % 8 == 0 { slice.count() }
    }
    merged.append(target)
    (target, left, right) = ([], 0, 0)
    next += 2
    return true
  }
}
