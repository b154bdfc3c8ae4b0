// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

@testable import ApusCluster

/// What is remembered of finished tasks, and in how much memory.
@Suite struct TaskLedgerTests {
  typealias Entry = TaskLedger.Entry

  @Test func statesAreRememberedByName() {
    var ledger = TaskLedger()
    for (number, state) in [TaskLedger.State.pending, .completed, .failed].enumerated() {
      ledger[MessageID("a_1_\(number)")] = Entry(state: state, engine: UInt32(number + 5))
      ledger[MessageID("other \(number)")] = Entry(state: state, engine: 9)
    }
    #expect(ledger[MessageID("a_1_1")] == Entry(state: .completed, engine: 6))
    #expect(ledger[MessageID("other 2")] == Entry(state: .failed, engine: 9))
    #expect(ledger[MessageID("a_1_3")].state == .unknown)
    #expect(ledger[MessageID("b_1_1")].state == .unknown)
    #expect(ledger[MessageID("nothing")].state == .unknown)
  }

  @Test func aMillionTasksTakeAThousandPages() {
    var ledger = TaskLedger()
    for number in 0..<1_000_000 {
      ledger[MessageID("a_1_\(number)")] = Entry(state: .completed, engine: 1)
    }
    #expect(ledger.size.pages == 977)
    #expect(ledger[MessageID("a_1_0")].state == .completed)
  }

  @Test func theOldestIsForgottenAtTheLimit() {
    var ledger = TaskLedger()
    for client in 0...TaskLedger.mostPages {
      ledger[MessageID("c\(client)_1_0")] = Entry(state: .completed, engine: 1)
    }
    #expect(ledger.size.pages == TaskLedger.mostPages)
    #expect(ledger[MessageID("c0_1_0")].state == .unknown)
    #expect(ledger[MessageID("c1_1_0")].state == .completed)
    for number in 0...TaskLedger.mostOthers {
      ledger[MessageID("x\(number)y")] = Entry(state: .failed, engine: 1)
    }
    #expect(ledger.size.others == TaskLedger.mostOthers)
    #expect(ledger[MessageID("x0y")].state == .unknown)
  }
}
