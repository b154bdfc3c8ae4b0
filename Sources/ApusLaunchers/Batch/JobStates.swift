// Part of Apus, Apache-2.0. See LICENSE.

/// What a scheduler says of one job or one element of an array.
package struct JobState: Sendable, Hashable {
  package enum Phase: Sendable, Hashable { case pending, running, ending, ended }

  /// The number, with the element's index where there is one: `12_3`.
  package let id: String
  package let phase: Phase
  /// The scheduler's own word, such as `PENDING` or `qw`.
  package let word: String
  /// Why it waits or has ended, such as `Resources`; empty if the scheduler does not say.
  package let reason: String

  /// The index of the element: 3 of `12_3`, `12.3` or `12[3]`; nil if the entry stands for several, or for the whole job.
  package var element: Int? {
    let parts = id.drop { $0.isNumber }.split { "_.[]".contains($0) }
    return parts.first.flatMap { Int($0) }
  }
}

/// What is known of the jobs of a cluster, from answers of a scheduler that sometimes fails; a value without side effects.
///
/// An answer that fails or is cut changes nothing: unknown is not finished. Only a good answer without a job says that the
/// scheduler does not know the job any more.
package struct JobStates: Sendable {
  /// The first pause between two queries, and the longest; each query without news doubles it.
  package static let firstPause = Duration.seconds(1)
  package static let longestPause = Duration.seconds(10)

  package private(set) var states: [JobState] = []
  /// How many answers were good.
  package private(set) var answers = 0
  /// What the scheduler said instead of the last answer; nil if that was good.
  package private(set) var problem: String?
  package private(set) var pause = firstPause

  package init() {}

  /// Takes the answer to a query.
  package mutating func heard(_ found: [JobState]) {
    pause = found == states ? min(pause * 2, Self.longestPause) : Self.firstPause
    (states, problem) = (found, nil)
    answers += 1
  }

  /// Notes that a query has failed.
  package mutating func failed(_ reason: String) {
    problem = reason
    pause = min(pause * 2, Self.longestPause)
  }

  /// Whether the last good answer says that an element of the job is there no more; nil if it does not name elements.
  package func isGone(element: Int) -> Bool? {
    if states.allSatisfy({ $0.phase == .ended }) { return true }
    let alive = states.filter { $0.phase != .ended }
    if alive.contains(where: { $0.element == element }) { return false }
    // An entry without an element may stand for several that wait.
    return alive.allSatisfy { $0.element != nil } ? true : nil
  }

  /// Whether the last good answer says that an element waits in the queue.
  package func isPending(element: Int) -> Bool {
    states.contains { $0.element == element && $0.phase == .pending }
  }

  /// The numbers of jobs by state and reason, for people: "2 pending: Resources".
  package var summary: [String] {
    var counts: [String: Int] = [:]
    for state in states {
      let name = "\(state.phase)" + (state.reason.isEmpty ? "" : ": \(state.reason)")
      counts[name, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
  }
}
