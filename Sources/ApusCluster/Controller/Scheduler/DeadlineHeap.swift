// Part of Apus, Apache-2.0. See LICENSE.

/// Things that fall due, the next one first.
///
/// A thing may be set again; the earlier time is then void.
package struct DeadlineHeap<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    let time: Int
    let key: Key
  }

  private var heap: [Entry] = []
  private var times: [Key: Int] = [:]

  package init() {}

  /// Has a key fall due at a time in nanoseconds.
  package mutating func set(_ key: Key, at time: Int) {
    times[key] = time
    heap.append(Entry(time: time, key: key))
    var place = heap.count - 1
    while place > 0, heap[place].time < heap[(place - 1) / 2].time {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  package mutating func cancel(_ key: Key) { times[key] = nil }

  /// When the next key falls due.
  package mutating func next() -> Int? {
    dropVoid()
    return heap.first?.time
  }

  /// A key that is due, or nil.
  package mutating func popDue(_ now: Int) -> Key? {
    dropVoid()
    guard let first = heap.first, first.time <= now else { return nil }
    times[first.key] = nil
    popFirst()
    return first.key
  }

  private mutating func dropVoid() {
    while let first = heap.first, times[first.key] != first.time { popFirst() }
  }

  private mutating func popFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var place = 0
    while true {
      let left = 2 * place + 1
      guard left < heap.count else { return }
      let right = left + 1
      let lower = right < heap.count && heap[right].time < heap[left].time ? right : left
      guard heap[lower].time < heap[place].time else { return }
      heap.swapAt(place, lower)
      place = lower
    }
  }
}
