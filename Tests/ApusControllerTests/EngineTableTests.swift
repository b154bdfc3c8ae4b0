// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Engines join, live, leave and come back.
@Suite struct EngineTableTests {
  private func table(misses: Int = 2) -> EngineTable {
    EngineTable(
      heartbeatPeriod: .seconds(1), allowedMisses: misses, registrationTimeout: .seconds(30),
      now: 0)
  }

  /// Handles an event and checks what must be true after each.
  private func handle(
    _ event: EngineTable.Event, _ table: inout EngineTable, at now: Instant = 0,
    location: SourceLocation = #_sourceLocation
  ) -> [EngineTable.Action] {
    let actions = table.handle(event, at: now)
    #expect(table.violatedInvariants() == [], sourceLocation: location)
    return actions
  }

  /// The next ping.
  private func ping(_ table: inout EngineTable, at now: Instant) -> [UInt8] {
    for case .ping(let bytes) in handle(.timePassed, &table, at: now) { return bytes }
    return []
  }

  /// Makes an engine join through a connection.
  private func join(
    _ id: EngineID, _ table: inout EngineTable, origin: EngineOrigin = EngineOrigin(),
    connection: Int32 = 7, at now: Instant = 0
  ) -> Engine? {
    _ = handle(.registrationRequested(id, number: nil, origin), &table, at: now)
    let ping = ping(&table, at: now)
    let actions = handle(.pong(id, ping, connection: connection), &table, at: now)
    for case .joined(let engine) in actions { return engine }
    return nil
  }

  @Test func anEngineJoinsWithItsFirstAnswer() {
    var table = table()
    let asked = handle(.registrationRequested("a", number: 3, EngineOrigin()), &table)
    #expect(asked == [.accept(number: 3)] && table.isKnown("a"))
    let ping = ping(&table, at: 0)
    let joined = handle(.pong("a", ping, connection: 7), &table)
    #expect(joined == [.joined(Engine(number: 3, id: "a"))])
    let again = handle(.pong("a", ping, connection: 7), &table)
    #expect(again == [.heard("a")])
    let twin = handle(.registrationRequested("a", number: nil, EngineOrigin()), &table)
    guard case .refuse(let error)? = twin.first else {
      Issue.record("two engines of one name")
      return
    }
    #expect(error.name == "KeyError")
  }

  @Test func itsLastRepliesAreAcceptedForAGracePeriod() throws {
    var table = table()
    let engine = try #require(join("a", &table))
    let left = handle(.unregistrationRequested(number: 0), &table, at: 100)
    #expect(left == [.left(engine, .announced)])
    #expect(!table.isKnown("a") && table.name("a") == engine.description)
    let gracePeriod = Departure.announced.gracePeriod
    let early = handle(.timePassed, &table, at: Instant(nanoseconds: 99) + gracePeriod)
    #expect(!early.contains { if case .gone = $0 { true } else { false } })
    let gone = handle(.timePassed, &table, at: Instant(nanoseconds: 100) + gracePeriod)
    #expect(gone.contains(.gone(engine, reason: "\(engine) has left")))
  }

  @Test func aLauncherExplainsAnEndBeforeOrAfterItWasNoticed() throws {
    var table = table()
    let origin = EngineOrigin(host: "10.0.0.2", process: 42)
    let first = try #require(join("a", &table, origin: origin))
    let report = EngineTable.Event.processEnded(origin, cause: "was killed by signal 9")
    let told = handle(report, &table)
    #expect(told == [.left(first, .ended("was killed by signal 9")), .reportMatched(first)])
    let second = try #require(join("b", &table, origin: origin, connection: 8, at: 10))
    _ = handle(.endAnnounced("b"), &table, at: 20)
    let late = handle(report, &table, at: 30)
    #expect(late == [.reportMatched(second)])
    let gone = handle(.timePassed, &table, at: 900_000_000)
    #expect(gone.contains(.gone(second, reason: "\(second) was killed by signal 9")))
    let stranger = handle(
      .processEnded(EngineOrigin(host: "x", process: 1), cause: "?"), &table, at: 40)
    #expect(stranger == [])
  }

  @Test func theEndOfItsConnectionsIsDeathAfterAMoment() throws {
    var table = table()
    let engine = try #require(join("a", &table, connection: 7))
    _ = handle(.published(number: 0, connection: 9), &table)
    _ = handle(.heartbeatConnectionEnded(7), &table, at: 0)
    // It still publishes: its process lives, and it has two beats to come back.
    let patient = handle(.timePassed, &table, at: 1_000_000_000)
    #expect(!patient.contains(.left(engine, .disconnected)))
    _ = handle(.outputConnectionEnded(9), &table, at: 1_000_000_000)
    let dead = handle(.timePassed, &table, at: 1_250_000_000)
    #expect(dead.contains(.left(engine, .disconnected)))
  }

  @Test func aPongThatIsReadAfterTheEndOfItsConnectionDoesNotHideTheNextEnd() throws {
    var table = table()
    _ = try #require(join("a", &table, connection: 7))
    let old = Array("1".utf8)
    _ = handle(.heartbeatConnectionEnded(7), &table, at: 2_000_000)
    // It was sent before, and is none through another connection.
    _ = handle(.pong("a", old, connection: 7), &table, at: 2_000_000)
    let new = ping(&table, at: 60_000_000)
    let back = handle(.pong("a", new, connection: 8), &table, at: 60_000_000)
    #expect(back == [.reconnected("a")])
    // The system may have given its number to this one.
    let next = ping(&table, at: 1_100_000_000)
    _ = handle(.heartbeatConnectionEnded(8), &table, at: 1_100_000_000)
    let last = ping(&table, at: 1_200_000_000)
    #expect(next != last)
    let again = handle(.pong("a", last, connection: 7), &table, at: 1_200_000_000)
    #expect(again == [.reconnected("a")])
    _ = handle(.heartbeatConnectionEnded(7), &table, at: 1_300_000_000)
    let third = ping(&table, at: 1_400_000_000)
    let once = handle(.pong("a", third, connection: 9), &table, at: 1_400_000_000)
    #expect(once == [.reconnected("a")])
  }

  @Test func anEngineThatDiesWhileItJoinsLeavesAfterTheGracePeriod() throws {
    var table = table()
    _ = handle(.registrationRequested("a", number: nil, EngineOrigin()), &table)
    let first = ping(&table, at: 0)
    // Nobody knows yet whose connection it is.
    _ = handle(.heartbeatConnectionEnded(7), &table)
    let actions = handle(.pong("a", first, connection: 7), &table)
    guard case .joined(let engine)? = actions.last else {
      Issue.record("\(actions)")
      return
    }
    let dead = handle(.timePassed, &table, at: 260_000_000)
    #expect(dead.contains(.left(engine, .disconnected)))
  }

  @Test func anEngineThatIsHeardAgainReturnsWithItsTasks() throws {
    var table = table(misses: 0)
    let engine = try #require(join("a", &table))
    var left = false
    for beat in 1...3 where !left {
      let actions = handle(.timePassed, &table, at: Instant(nanoseconds: beat * 1_000_000_000))
      left = actions.contains(.left(engine, .unresponsive))
    }
    #expect(left)
    let ping = ping(&table, at: 4_000_000_000)
    let back = handle(.pong("a", ping, connection: 8), &table, at: 4_000_000_000)
    #expect(back == [.returned(engine)])
    let later = handle(.timePassed, &table, at: 20_000_000_000)
    #expect(!later.contains { if case .gone = $0 { true } else { false } })
  }

  @Test func aNewProcessOfTheSameNameDoesNotHaveTheOldTasks() throws {
    var table = table()
    let old = try #require(join("a", &table))
    _ = handle(.unregistrationRequested(number: 0), &table)
    let new = handle(.registrationRequested("a", number: nil, EngineOrigin()), &table)
    #expect(new == [.gone(old, reason: "\(old) has left"), .accept(number: 1)])
    let ping = ping(&table, at: 1_000_000)
    let actions = handle(.pong("a", ping, connection: 8), &table, at: 1_000_000)
    #expect(actions == [.joined(Engine(number: 1, id: "a"))])
  }

  @Test func anEngineThatIsHeardAgainDoesNotTakeANumberThatIsPromised() throws {
    var table = table(misses: 0)
    let lost = try #require(join("a", &table))
    for beat in 1...3 { _ = handle(.timePassed, &table, at: after(.seconds(beat))) }
    let promised = handle(.registrationRequested("b", number: 0, EngineOrigin()), &table)
    #expect(promised == [.accept(number: 0)])
    let ping = ping(&table, at: 3_100_000_000)
    #expect(handle(.pong(lost.id, ping, connection: 8), &table, at: after(.seconds(4))) == [])
    let joined = handle(.pong("b", ping, connection: 9), &table, at: after(.seconds(4)))
    #expect(joined == [.joined(Engine(number: 0, id: "b"))])
  }

  @Test func aRegistrationThatIsGivenUpIsReported() {
    var table = table()
    _ = handle(.registrationRequested("a", number: nil, EngineOrigin()), &table)
    let actions = handle(.unregistrationRequested(number: 0), &table)
    #expect(
      actions == [
        .registrationEnded(Engine(number: 0, id: "a"), reason: "has left before it had joined")
      ])
    #expect(!table.isKnown("a"))
  }

  private func after(_ duration: Duration) -> Instant { Instant() + duration }

  @Test func registrationsExpireAndEnginesAreTakenOver() {
    var table = table()
    _ = handle(.registrationRequested("a", number: nil, EngineOrigin()), &table)
    let late = handle(.timePassed, &table, at: 30_000_000_000)
    let reason = "did not finish its registration in time"
    #expect(late.contains(.registrationEnded(Engine(number: 0, id: "a"), reason: reason)))
    let state = EngineState(engines: [4: "b"], nextNumber: 9)
    let restored = handle(.restored(state), &table, at: 30_000_000_000)
    #expect(restored == [.restored(Engine(number: 4, id: "b"))])
    #expect(table.registry.state == state)
  }

  /// Random events: the invariants hold after each, and what joins leaves once.
  @Test func aLongRandomWalkKeepsTheInvariants() {
    var table = table(misses: 1)
    var random = Philox4x64(SeedSequence(3))
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    var (ping, now) = (Array("1".utf8), Instant())
    var here: Set<EngineID> = []
    for _ in 0..<200_000 {
      now = now + .milliseconds(below(60))
      let id = EngineID("e\(below(12))")
      let connection = Int32(below(30)) - 1
      let origin = EngineOrigin(host: nil, process: below(12))
      let event: EngineTable.Event =
        switch below(12) {
        case 0: .registrationRequested(id, number: below(3) == 0 ? below(20) : nil, origin)
        case 1: .unregistrationRequested(number: below(20))
        case 2...6: .pong(id, ping, connection: connection)
        case 7: .published(number: below(20), connection: connection)
        case 8: .heartbeatConnectionEnded(connection)
        case 9: .outputConnectionEnded(connection)
        case 10: below(2) == 0 ? .processEnded(origin, cause: "x") : .endAnnounced(id)
        default: .timePassed
        }
      for action in table.handle(event, at: now) {
        switch action {
        case .ping(let bytes): ping = bytes
        case .joined(let engine), .returned(let engine):
          #expect(here.insert(engine.id).inserted)
        case .left(let engine, _): #expect(here.remove(engine.id) != nil)
        case .gone(let engine, _): #expect(!here.contains(engine.id))
        default: break
        }
      }
      let violated = table.violatedInvariants()
      guard violated.isEmpty else {
        Issue.record("\(event): \(violated)")
        return
      }
    }
    #expect(here == Set(table.registry.joined.map(\.id)))
  }
}
