// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// What will happen, by time; events of the same time happen in the order in which they were added.
struct EventQueue<Event> {
  private struct Entry {
    let time: Instant
    let serial: Int
    let event: Event

    func precedes(_ other: Entry) -> Bool {
      time == other.time ? serial < other.serial : time < other.time
    }
  }

  private var heap: [Entry] = []
  private var serial = 0

  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }

  mutating func add(_ event: Event, at time: Instant) {
    heap.append(Entry(time: time, serial: serial, event: event))
    serial += 1
    var place = heap.count - 1
    while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func next() -> (event: Event, time: Instant)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.event, first.time)
  }

  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
        if heap[child].precedes(heap[least]) { least = child }
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
