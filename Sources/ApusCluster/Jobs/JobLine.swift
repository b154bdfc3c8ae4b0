// Part of Apus, Apache-2.0. See LICENSE.
import ApusController

/// Jobs that wait in the order of their numbers, among them some that were lost and are back.
struct JobLine: Sendable {
  private var fresh = Queue<Int>()
  /// The first one last.
  private var returned: [Int] = []

  var count: Int { fresh.count + returned.count }

  var first: Int? {
    guard let returned = returned.last else { return fresh.first }
    return min(returned, fresh.first ?? .max)
  }

  /// Adds a job with a greater number than all before.
  mutating func append(_ job: Int) { fresh.append(job) }

  mutating func giveBack(_ job: Int) {
    let index = returned.firstIndex { $0 < job } ?? returned.endIndex
    returned.insert(job, at: index)
  }

  mutating func popFirst() -> Int? {
    guard let last = returned.last, last < fresh.first ?? .max else { return fresh.popFirst() }
    return returned.popLast()
  }
}
