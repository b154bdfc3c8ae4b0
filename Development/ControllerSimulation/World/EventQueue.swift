// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// What will happen, by time; events of the same time happen in the order in which they were added.
struct EventQueue<Event> {
  /// What is moved in the heap, while the events stay where they are.
  private struct Entry {
    let time: Int
    let serial: Int
    let place: Int

    func precedes(_ other: Entry) -> Bool {
      time == other.time ? serial < other.serial : time < other.time
    }
  }

  private var heap: [Entry] = []
  private var events: [Event?] = []
  private var free: [Int] = []
  private var serial = 0

  mutating func add(_ event: Event, at time: Instant) {
    let place = free.popLast() ?? events.count
    if place == events.count { events.append(event) } else { events[place] = event }
    heap.append(Entry(time: time.nanoseconds, serial: serial, place: place))
    serial += 1
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (event: Event, time: Instant)? {
    guard let first = heap.first, let event = events[first.place] else { return nil }
    events[first.place] = nil
    free.append(first.place)
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (event, Instant(nanoseconds: first.time))
  }

  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in (2 * place + 1)...(2 * place + 2) where child < heap.count {
        if heap[child].precedes(heap[least]) { least = child }
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
