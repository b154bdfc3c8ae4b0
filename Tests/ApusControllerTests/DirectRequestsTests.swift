// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Requests for one engine, and what each engine has answered.
@Suite struct DirectRequestsTests {
  private let first = MessageID("s_1_1")
  private let second = MessageID("s_1_2")

  @Test func anOpenRequestIsAtItsEngineUntilItEnds() {
    var requests = DirectRequests()
    requests.begin(first, at: "a")
    requests.begin(second, at: "b")
    #expect(requests.requests(at: "a") == [first] && requests.engine(of: second) == "b")
    #expect(requests.openCount == 2 && requests.isOpen(first) && !requests.hasEnded(first))
    let ended = [requests.end(first), requests.end(first), requests.end(MessageID("x"))]
    #expect(ended == ["a", nil, nil])
    #expect(requests.hasEnded(first) && !requests.isOpen(first) && requests.count(at: "a") == 0)
    #expect(!requests.hasEnded(MessageID("x")))
    #expect(requests.violatedInvariants() == [])
  }

  @Test func completedWorkIsCountedAndOnlyTheLastIsNamed() {
    var completed = CompletedWork()
    for number in 0..<(CompletedWork.maximumRecent + 10) {
      completed.add(MessageID("s_1_\(number)"), by: "a", now: Instant())
    }
    #expect(completed["a"].count == CompletedWork.maximumRecent + 10)
    #expect(completed["a"].recent.count == CompletedWork.maximumRecent)
    #expect(completed["b"].count == 0)
    completed.forget("a")
    #expect(completed["a"].count == 0)
  }
}
