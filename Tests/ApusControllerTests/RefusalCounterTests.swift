// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusController

/// Reports of refused messages.
@Suite struct RefusalCounterTests {
  @Test func aFloodOfRefusalsIsOneLine() {
    var counter = RefusalCounter()
    for number in 0..<1000 { counter.add(.taskClients, "reason \(number % 40)", now: 0) }
    let early = counter.report(now: 1)
    let report = counter.report(now: Instant() + RefusalCounter.interval)
    #expect(early == nil && report?.contains("other reasons (600 times)") ?? false)
    let next = counter.report(now: Instant() + RefusalCounter.interval * 2)
    #expect(next == nil)
  }
}
