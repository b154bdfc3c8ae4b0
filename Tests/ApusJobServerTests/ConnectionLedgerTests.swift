// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusJobServer

/// Who must make room for others.
@Suite struct ConnectionLedgerTests {
  private let empty = ConnectionLedger(mostConnections: 4, mostStrangers: 2, mostBytes: 100)

  @Test func theOldestStrangerMakesRoom() {
    var ledger = empty
    let first = [ledger.opened(1), ledger.opened(2), ledger.opened(3)]
    #expect(first == [nil, nil, 1])
    ledger.closed(1)
    ledger.authenticated(2)
    let fourth = ledger.opened(4)
    ledger.authenticated(3)
    ledger.authenticated(4)
    let others = [ledger.opened(5), ledger.opened(6)]
    #expect(fourth == nil && others == [nil, 5], "a client that has shown the secret stays")
    ledger.closed(5)
    ledger.authenticated(6)
    let last = ledger.opened(7)
    #expect(last == 7, "nobody but this one can go")
  }

  @Test func whoHoldsMostMakesRoom() {
    var ledger = empty
    for number in [1, 2, 3] as [UInt32] { _ = ledger.opened(number) }
    let held = [ledger.holds(60, 1), ledger.holds(40, 2), ledger.holds(1, 3)]
    #expect(held == [nil, nil, 1], "and not the one that came last")
    ledger.closed(1)
    #expect(ledger.byteCount == 41)
    let less = [ledger.holds(0, 2), ledger.holds(500, 9)]
    #expect(less == [nil, nil] && ledger.byteCount == 1, "one that is closed holds nothing")
  }
}
