// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusController

/// When changes are written.
@Suite struct SavingPaceTests {
  @Test func whatChangesIsSavedAtOnceButForATwentiethOfTheTime() {
    var pace = SavingPace()
    #expect(!pace.isDue(now: 5) && pace.next == nil)
    pace.changed(now: 10)
    #expect(pace.isDue(now: 10))
    pace.saved(now: 10, taking: .nanoseconds(100))
    #expect(pace.next == nil)
    pace.changed(now: 200)
    pace.changed(now: 300)
    #expect(pace.next == 2110 && !pace.isDue(now: 2109) && pace.isDue(now: 2110))
    pace.expedite(now: 400)
    #expect(pace.isDue(now: 400))
    pace.saved(now: 400, taking: .nanoseconds(100))
    pace.expedite(now: 401)
    #expect(!pace.isDue(now: 9999))
    pace.changed(now: 10_000)
    #expect(pace.isDue(now: 10_000))
    pace.saved(now: 0, taking: .seconds(30))
    pace.changed(now: 1)
    #expect(pace.next == Instant(nanoseconds: 0) + SavingPace.longestPause)
  }
}
