// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusJobServer

/// Who must make room for others.
@Suite struct ConnectionLedgerTests {
  private let ledger = ConnectionLedger(mostConnections: 4, mostStrangers: 2, mostBytes: 100)

  @Test func theOldestStrangerMakesRoom() {
    var ledger = ledger
    #expect(ledger.opened(1) == nil && ledger.opened(2) == nil)
    #expect(ledger.opened(3) == 1)
    ledger.closed(1)
    ledger.authenticated(2)
    #expect(ledger.opened(4) == nil)
    ledger.authenticated(3)
    ledger.authenticated(4)
    #expect(ledger.opened(5) == nil)
    #expect(ledger.opened(6) == 5, "a client that has shown the secret stays")
    ledger.closed(5)
    ledger.authenticated(6)
    #expect(ledger.opened(7) == 7, "nobody but this one can go")
  }

  @Test func whoHoldsMostMakesRoom() {
    var ledger = ledger
    for number in [1, 2, 3] as [UInt32] { _ = ledger.opened(number) }
    #expect(ledger.holds(60, 1) == nil && ledger.holds(40, 2) == nil)
    #expect(ledger.holds(1, 3) == 1, "and not the one that came last")
    ledger.closed(1)
    #expect(ledger.byteCount == 41)
    #expect(ledger.holds(0, 2) == nil && ledger.byteCount == 1)
    #expect(
      ledger.holds(500, 9) == nil && ledger.byteCount == 1, "one that is closed holds nothing")
  }
}
