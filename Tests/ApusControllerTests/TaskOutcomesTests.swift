// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

@testable import ApusController

/// What is kept of finished tasks, and in how much memory.
@Suite struct TaskOutcomesTests {
  typealias Entry = TaskOutcomes.Entry

  @Test func statesAreRememberedByName() {
    var outcomes = TaskOutcomes()
    for (number, state) in [TaskOutcomes.State.pending, .completed, .failed].enumerated() {
      outcomes[MessageID("a_1_\(number)")] = Entry(state: state, engine: UInt32(number + 5))
      outcomes[MessageID("other \(number)")] = Entry(state: state, engine: 9)
    }
    #expect(outcomes[MessageID("a_1_1")] == Entry(state: .completed, engine: 6))
    #expect(outcomes[MessageID("other 2")] == Entry(state: .failed, engine: 9))
    #expect(outcomes[MessageID("a_1_3")].state == .unknown)
    #expect(outcomes[MessageID("b_1_1")].state == .unknown)
    #expect(outcomes[MessageID("nothing")].state == .unknown)
  }

  @Test func aMillionTasksTakeAThousandPages() {
    var outcomes = TaskOutcomes()
    for number in 0..<1_000_000 {
      outcomes[MessageID("a_1_\(number)")] = Entry(state: .completed, engine: 1)
    }
    #expect(outcomes.size.pages == 977)
    #expect(outcomes[MessageID("a_1_0")].state == .completed)
  }

  @Test func theOldestIsForgottenAtTheLimit() {
    var outcomes = TaskOutcomes()
    for client in 0...TaskOutcomes.maximumPages {
      outcomes[MessageID("c\(client)_1_0")] = Entry(state: .completed, engine: 1)
    }
    #expect(outcomes.size.pages == TaskOutcomes.maximumPages)
    #expect(outcomes[MessageID("c0_1_0")].state == .unknown)
    #expect(outcomes[MessageID("c1_1_0")].state == .completed)
    for number in 0...TaskOutcomes.maximumOthers {
      outcomes[MessageID("x\(number)y")] = Entry(state: .failed, engine: 1)
    }
    #expect(outcomes.size.others == TaskOutcomes.maximumOthers)
    #expect(outcomes[MessageID("x0y")].state == .unknown)
  }
}
