// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusController

@Suite struct RefusalNoticesTests {
  @Test func peersWithoutTheKeyAreToldOfOnceAndThenSeldom() {
    var notices = RefusalNotices()
    let start = Instant()
    #expect(notices.note(0, now: start) == nil)
    let first = notices.note(1, now: start + .seconds(1))
    #expect(first?.hasPrefix("refused 1 connection of peers") ?? false)
    for second in 2..<600 { #expect(notices.note(5, now: start + .seconds(second)) == nil) }
    let later = notices.note(0, now: start + .seconds(601))
    #expect(later?.hasPrefix("refused 2990 connections") ?? false)
    #expect(notices.note(0, now: start + .seconds(5000)) == nil)
  }
}
