// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

@Suite struct BackOffTests {
  /// Calls of one million multiplications: how long they take with one thread, and with several.
  private struct Machine {
    var backOff = BackOff()
    var now = 0.0
    var one = 100e-6
    var several = 60e-6
    var isDisturbed = false
    var threadedCalls = 0

    mutating func call(times: Int = 1) {
      for _ in 0..<times {
        let isThreaded = backOff.wantsThreads(at: now)
        let seconds = isThreaded ? several : one
        threadedCalls += isThreaded ? 1 : 0
        now += seconds
        backOff.finished(
          threaded: isThreaded, seconds: seconds, work: 1e6,
          isDisturbed: isDisturbed && isThreaded, at: now)
      }
    }
  }

  @Test func threadsThatPayAreKept() {
    var machine = Machine()
    machine.call(times: 1000)
    #expect(machine.threadedCalls == 999)  // one call to learn what one thread takes
  }

  @Test func longCallsAreNotTriedOnOneThreadSoSoon() {
    var machine = Machine(one: 2, several: 1.1)
    machine.call(times: 15)
    #expect(machine.threadedCalls == 15)
  }

  @Test func aBusyCoreIsNoticedByItsDisturbances() {
    var machine = Machine(one: 0.1, several: 0.2, isDisturbed: true)
    machine.call(times: 3)
    #expect(machine.threadedCalls == 2)  // then one call on one thread, and a rest
    machine.call(times: 9)
    #expect(machine.threadedCalls == 2)
  }

  @Test func threeSlowCallsBringARestAndOneTrialAfterIt() {
    var machine = Machine()
    machine.call(times: 10)
    machine.several = 4e-3
    machine.threadedCalls = 0
    machine.call(times: 3)
    let restBegins = machine.now
    #expect(machine.threadedCalls == 3)
    while machine.now < restBegins + BackOff.rest { machine.call() }
    #expect(machine.threadedCalls == 3)
    machine.call()
    #expect(machine.threadedCalls == 4)
    machine.call(times: 100)
    #expect(machine.threadedCalls == 4)
  }

  @Test func aTrialThatPaysEndsTheRest() {
    var machine = Machine()
    machine.call(times: 10)
    machine.several = 4e-3
    machine.call(times: 3)
    machine.several = 60e-6
    machine.now += BackOff.rest
    machine.threadedCalls = 0
    machine.call(times: 100)
    #expect(machine.threadedCalls == 100)
  }

  @Test func singleSlowCallsAreForgiven() {
    var machine = Machine()
    machine.call(times: 10)
    machine.threadedCalls = 0
    for _ in 0..<20 {
      machine.several = 4e-3
      machine.call(times: 2)
      machine.several = 60e-6
      machine.call()
    }
    #expect(machine.threadedCalls == 60)
  }

  @Test func aCallThatCannotBeThreadedTeachesNothing() {
    let experience = ThreadExperienceStorage()
    var threaded = 0
    for _ in 0..<50 {
      experience.run(.product, CallShape(200, 200, 200)) { isThreaded in
        threaded += isThreaded ? 1 : 0
        return ((), false)
      }
    }
    #expect(threaded == 50)
  }

  @Test func shapesThatCostAlikeAreOneKind() {
    #expect(CallShape(200, 200, 200).kind == CallShape(201, 201, 201).kind)
    #expect(CallShape(200, 200, 200).kind != CallShape(200, 200, 20).kind)
    #expect(CallShape(200, 200, 200).kind != CallShape(250, 250, 250).kind)
    #expect(CallShape(0, 0, 0).kind == CallShape.small.kind)
  }
}
