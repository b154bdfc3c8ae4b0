// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Keys with deadlines, the earliest first; each key has the deadline that was set for it last.
///
/// Setting and removing take logarithmic time on average.
package struct DeadlineHeap<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    let time: Instant
    let key: Key
  }

  private var heap: [Entry] = []
  private var times: [Key: Instant] = [:]

  package init() {}

  /// Sets the deadline of a key, in place of its previous one.
  package mutating func set(_ key: Key, at time: Instant) {
    times[key] = time
    heap.append(Entry(time: time, key: key))
    var position = heap.count - 1
    while position > 0, heap[position].time < heap[(position - 1) / 2].time {
      heap.swapAt(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  package mutating func cancel(_ key: Key) { times[key] = nil }

  /// The earliest deadline, or nil if there is none.
  package mutating func next() -> Instant? {
    dropOutdated()
    return heap.first?.time
  }

  /// Removes and returns a key that is due, or nil.
  package mutating func popDue(_ now: Instant) -> Key? {
    dropOutdated()
    guard let first = heap.first, first.time <= now else { return nil }
    times[first.key] = nil
    popFirst()
    return first.key
  }

  private mutating func dropOutdated() {
    while let first = heap.first, times[first.key] != first.time { popFirst() }
  }

  private mutating func popFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var position = 0
    while true {
      let left = 2 * position + 1
      guard left < heap.count else { return }
      let right = left + 1
      let lower = right < heap.count && heap[right].time < heap[left].time ? right : left
      guard heap[lower].time < heap[position].time else { return }
      heap.swapAt(position, lower)
      position = lower
    }
  }
}
