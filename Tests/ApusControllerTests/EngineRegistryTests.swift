// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Tests of the registry of engines and their IDs.
@Suite struct EngineRegistryTests {
  private func accepted(_ answer: EngineRegistry.Answer) -> Int? {
    if case .accepted(let id) = answer { id } else { nil }
  }

  private func refusal(_ answer: EngineRegistry.Answer) -> RemoteError? {
    if case .refused(let error) = answer { error } else { nil }
  }

  @Test func numbersCountUpAndAreNeverGivenAgain() {
    var registry = EngineRegistry()
    for (number, name) in ["a", "b", "c"].enumerated() {
      let answer = registry.register(EngineID(name), requested: nil, now: 0)
      #expect(accepted(answer) == number)
      _ = registry.answered(EngineID(name))
    }
    let left = registry.remove(number: 2)
    #expect(left?.id == "c")
    let next = registry.register("d", requested: nil, now: 0)
    #expect(accepted(next) == 3)
    #expect(registry.joined.map(\.number) == [0, 1])
  }

  @Test func wishedNumbersAreGivenWhereTheyAreFree() {
    var registry = EngineRegistry()
    let answers = [
      registry.register("a", requested: 7, now: 0), registry.register("b", requested: 7, now: 0),
      registry.register("c", requested: nil, now: 0), registry.register("d", requested: -1, now: 0),
      registry.register("e", requested: 2, now: 0),
    ]
    #expect(answers.map(accepted) == [7, 8, 9, 10, 2])
  }

  @Test func anEngineHasJoinedWithItsFirstHeartbeat() {
    var registry = EngineRegistry()
    _ = registry.register("a", requested: nil, now: 0)
    #expect(registry.count == 0 && registry.isPending("a") && registry.isAnyPending)
    let joined = registry.answered("a")
    #expect(joined?.engine.number == 0 && joined?.isBack == false)
    #expect(registry.count == 1 && !registry.isAnyPending)
    let again = registry.answered("a")
    let stranger = registry.answered("x")
    #expect(again == nil && stranger == nil)
  }

  @Test func namesInUseAndUselessNamesAreRefused() {
    var registry = EngineRegistry()
    _ = registry.register("a", requested: nil, now: 0)
    let pending = registry.register("a", requested: nil, now: 0)
    #expect(refusal(pending)?.name == "KeyError")
    _ = registry.answered("a")
    let joined = registry.register("a", requested: nil, now: 0)
    #expect(refusal(joined)?.name == "KeyError")
    for name in ["", "\0x", String(repeating: "x", count: 256)] {
      let answer = registry.register(EngineID(name), requested: nil, now: 0)
      #expect(refusal(answer)?.name == "ValueError")
    }
  }

  @Test func registrationsThatAreNotCompletedAreDropped() {
    var registry = EngineRegistry(registrationTimeout: .seconds(1))
    _ = registry.register("a", requested: nil, now: 5)
    #expect(registry.nextExpiry == 1_000_000_005)
    let early = registry.expire(now: 1_000_000_004)
    let late = registry.expire(now: 1_000_000_005)
    #expect(early.isEmpty && late.map(\.id) == ["a"])
    let again = registry.register("a", requested: nil, now: 0)
    #expect(accepted(again) == 1)
  }

  @Test func aPendingRegistrationCanBeGivenUp() {
    var registry = EngineRegistry()
    _ = registry.register("a", requested: nil, now: 0)
    let left = registry.removePending(number: 0)
    #expect(left?.id == "a" && !registry.isAnyPending)
  }

  @Test func onlyAnEngineThatWasNotSentAwayComesBack() {
    var registry = EngineRegistry()
    for name in ["a", "b"] {
      _ = registry.register(EngineID(name), requested: nil, now: 0)
      _ = registry.answered(EngineID(name))
    }
    _ = registry.remove(number: 0, mayReturn: true)
    _ = registry.remove(number: 1)
    let (a, b) = (registry.answered("a"), registry.answered("b"))
    #expect(a?.engine.number == 0 && a?.isBack == true && b == nil)
  }

  @Test func theStateIsWrittenAndTakenOver() throws {
    var registry = EngineRegistry()
    for name in ["a", "b"] {
      _ = registry.register(EngineID(name), requested: nil, now: 0)
      _ = registry.answered(EngineID(name))
    }
    #expect(registry.state.text.description == #"{"engines":{"0":"a","1":"b"},"next_id":2}"#)
    var next = EngineRegistry()
    next.restore(try EngineState(registry.state.text.bytes))
    #expect(next.joined == registry.joined)
    let answer = next.register("c", requested: nil, now: 0)
    #expect(accepted(answer) == 2)
    for text in [
      "", "[]", "{}", #"{"engines":{"x":"a"},"next_id":1}"#, #"{"engines":{"0":1},"next_id":1}"#,
      #"{"engines":{"9223372036854775807":"a"},"next_id":1}"#, #"{"engines":{},"next_id":-1}"#,
      #"{"engines":{},"next_id":9223372036854775807}"#,
    ] {
      #expect(throws: WireError.self) { try EngineState(Array(text.utf8)) }
    }
  }
}
