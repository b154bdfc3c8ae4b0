// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusController

@Suite struct OutputQueueLimitTests {
  @Test func smallMessagesAreLimitedByTheirCount() {
    var limit = OutputQueueLimit()
    for _ in 0..<1000 { #expect(limit.note(bytes: 500) == nil) }
    #expect(limit.messages == 20_000)
  }

  @Test(arguments: [100_000, 1 << 20, 10 << 20])
  func largeMessagesAreLimitedByTheirBytes(_ size: Int) {
    var limit = OutputQueueLimit()
    var changes = 0
    var waiting = 0
    for _ in 0..<20_000 {
      changes += limit.note(bytes: size) == nil ? 0 : 1
      if waiting < limit.messages { waiting += 1 }
    }
    #expect(waiting * size <= 3 * OutputQueueLimit.byteLimit / 2)
    #expect(limit.messages * size >= OutputQueueLimit.byteLimit / 2)
    #expect(changes <= 20)
  }

  @Test func theLimitComesBackWhenMessagesAreSmallAgain() {
    var limit = OutputQueueLimit()
    for _ in 0..<100 { _ = limit.note(bytes: 1 << 30) }
    #expect(limit.messages == 4)
    for _ in 0..<1000 { _ = limit.note(bytes: 100) }
    #expect(limit.messages == 20_000)
  }
}
