// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusController

/// Deadlines and queues.
@Suite struct DeadlineHeapTests {
  @Test func deadlinesFallDueInOrderAndReplacedOnesDoNot() {
    var heap = DeadlineHeap<String>()
    for (key, time) in [("c", 30), ("a", 10), ("b", 20), ("a", 25)] {
      heap.set(key, at: Instant(nanoseconds: time))
    }
    heap.cancel("b")
    let next = heap.next()
    #expect(next == 25)
    let due = [heap.popDue(24), heap.popDue(30), heap.popDue(30), heap.popDue(99)]
    #expect(due == [nil, "a", "c", nil])
  }

  @Test func queuesKeepTheirOrder() {
    var queue = Queue<Int>()
    var expected: [Int] = []
    for number in 0..<10_000 {
      queue.append(number)
      expected.append(number)
      if number % 3 == 0 {
        let first = queue.popFirst()
        #expect(first == expected.removeFirst())
      }
    }
    #expect(queue.count == expected.count && queue.first == expected.first)
    while let next = queue.popFirst() { #expect(next == expected.removeFirst()) }
    #expect(expected.isEmpty && queue.isEmpty)
  }
}
