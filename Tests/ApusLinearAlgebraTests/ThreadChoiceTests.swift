// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

@Suite struct ThreadChoiceTests {
  /// A simulated machine: how long calls of one million multiplications take with one thread, and with
  /// several.
  private struct Machine {
    var choice = ThreadChoice()
    var one = 100e-6
    var several = 60e-6
    var isDisturbed = false
    var threadedCalls = 0
    var timedCalls = 0
    var seconds = 0.0

    mutating func call(times: Int = 1) {
      for _ in 0..<times {
        let isTimed = !choice.skipsTiming()
        let isThreaded = isTimed ? choice.begins() : choice.isThreaded
        let taken = isThreaded ? several : one
        threadedCalls += isThreaded ? 1 : 0
        timedCalls += isTimed ? 1 : 0
        seconds += taken
        guard isTimed else { continue }
        choice.finished(
          threaded: isThreaded, seconds: taken, work: 1e6, isDisturbed: isDisturbed && isThreaded)
      }
    }

    /// Makes `calls` calls and returns the seconds that they take.
    mutating func seconds(of calls: Int) -> Double {
      let before = seconds
      call(times: calls)
      return seconds - before
    }
  }

  @Test func threadsThatPayAreKept() {
    var machine = Machine()
    let calls = 10_000
    // Trials, and the first one in particular, cost a little.
    #expect(machine.seconds(of: calls) < 1.011 * 60e-6 * Double(calls) + 200e-6)
    #expect(machine.choice.isThreaded)
  }

  @Test func oneThreadIsKeptWhereItIsBetter() {
    var machine = Machine(choice: ThreadChoice(isThreaded: false), one: 100e-6, several: 130e-6)
    let calls = 10_000
    #expect(machine.seconds(of: calls) < 1.011 * 100e-6 * Double(calls) + 200e-6)
    #expect(machine.threadedCalls > 50 && !machine.choice.isThreaded)
  }

  @Test(arguments: [false, true]) func aWrongBeginningIsCorrected(isThreaded: Bool) {
    var machine = Machine(choice: ThreadChoice(isThreaded: isThreaded))
    if isThreaded { (machine.one, machine.several) = (60e-6, 100e-6) }
    machine.call(times: 100)
    #expect(machine.choice.isThreaded == !isThreaded)
    #expect(machine.seconds(of: 1000) < 1.011 * 60e-6 * 1000 + 200e-6)
  }

  @Test(arguments: [false, true]) func ofShortCallsOneOfFourIsTimed(isThreaded: Bool) {
    var machine = Machine(choice: ThreadChoice(isThreaded: isThreaded), one: 10e-6, several: 8e-6)
    machine.call(times: 3000)
    #expect(machine.choice.isThreaded)
    machine.timedCalls = 0
    let calls = 10_000
    // Includes what the first calls allow trials to lose.
    #expect(machine.seconds(of: calls) < 1.015 * 8e-6 * Double(calls))
    // All calls of a trial, and those that confirm it, are timed.
    #expect((2500..<4000).contains(machine.timedCalls))
    // Threads that wait for a core are given up after three timed calls and a trial.
    machine.several = 4e-3
    machine.threadedCalls = 0
    machine.call(times: 100)
    #expect((3...12).contains(machine.threadedCalls))
  }

  @Test func longCallsAreNotTriedOnOneThreadSoSoon() {
    var machine = Machine(one: 2, several: 1.1)
    machine.call(times: 8)
    #expect(machine.threadedCalls == 8)
    machine.choice = ThreadChoice(threads: 64)
    machine.call(times: 256)
    #expect(machine.threadedCalls == 8 + 256)
  }

  @Test func aBusyCoreIsNoticedByItsDisturbances() {
    var machine = Machine(one: 0.1, several: 0.21, isDisturbed: true)
    machine.call(times: 3)
    #expect(machine.threadedCalls == 2)  // then one call on one thread, which is better
    machine.call(times: 7)
    #expect(machine.threadedCalls == 2)
  }

  @Test func threeSlowCallsOfFiveAreGivenUpAfterOneCallTheOtherWay() {
    var machine = Machine()
    machine.call(times: 20)
    #expect(machine.choice.isThreaded)
    machine.several = 4e-3
    machine.threadedCalls = 0
    machine.call(times: 100)
    #expect(machine.threadedCalls == 3)
  }

  @Test func trialsWhileACoreIsBusyLoseOnePercentAtMost() {
    var machine = Machine()
    machine.call(times: 20)
    machine.several = 4e-3
    machine.call(times: 10)
    #expect(!machine.choice.isThreaded)
    let calls = 100_000
    #expect(machine.seconds(of: calls) < 1.011 * 100e-6 * Double(calls) + 200e-6)
    machine.several = 60e-6
    // A trial of 3.9 ms is allowed after 100 times as long.
    machine.call(times: 6000)
    #expect(machine.choice.isThreaded)
  }

  @Test(arguments: [0.2, 2, 20]) func longCallsChangeBackWhenACoreIsFreeAgain(seconds: Double) {
    var machine = Machine(one: seconds, several: seconds / 2)
    machine.call(times: 20)
    machine.several = 2.1 * seconds
    machine.call(times: 20)
    #expect(!machine.choice.isThreaded)
    machine.several = seconds / 2
    machine.call(times: 300)
    #expect(machine.choice.isThreaded)
  }

  @Test(arguments: [1e-4, 1, 30]) func trialsAfterADisturbedBeginningLoseOnePercentToo(
    seconds: Double
  ) {
    var machine = Machine(one: seconds, several: 1.5 * seconds, isDisturbed: true)
    machine.call(times: 20)
    #expect(!machine.choice.isThreaded)
    machine.isDisturbed = false
    let calls = 5000
    #expect(machine.seconds(of: calls) < (1.0101 * Double(calls) + 2) * seconds)
  }

  @Test func ofCallsAtTheSameTimeOnlyAFewAreTried() {
    var choice = ThreadChoice()
    for _ in 0..<4 {
      _ = choice.begins()
      choice.finished(threaded: true, seconds: 1e-4, work: 1e6, isDisturbed: false)
    }
    let tried = (0..<10).map { _ in choice.begins() }.filter { !$0 }.count
    #expect(tried == 1)
    choice.refused(threaded: false)
    #expect([choice.begins(), choice.begins()] == [false, true])
  }

  @Test(arguments: [2, 8]) func callsAtTheSameTimeLoseOnePercentAtMostToo(callers: Int) {
    var machine = Machine(choice: ThreadChoice(isThreaded: false))
    var (lost, all) = (0.0, 0.0)
    for _ in 0..<100_000 / callers {
      let timed = (0..<callers).map { _ in !machine.choice.skipsTiming() }
      let ways = timed.map { $0 ? machine.choice.begins() : machine.choice.isThreaded }
      for (isTimed, isThreaded) in zip(timed, ways) {
        let seconds = isThreaded ? 4e-3 : 10e-6
        (lost, all) = (lost + seconds - 10e-6, all + seconds)
        guard isTimed else { continue }
        machine.choice.finished(
          threaded: isThreaded, seconds: seconds, work: 1e6, isDisturbed: false)
      }
    }
    #expect(lost < 0.0101 * all + 4e-3)
  }

  @Test func threadsThatMustBeWokenAndMovedAreTriedUntilTheyRun() {
    var choice = ThreadChoice(isThreaded: false)
    var burst = 0
    for _ in 0..<100_000 {
      let isTimed = !choice.skipsTiming()
      let isThreaded = isTimed ? choice.begins() : choice.isThreaded
      burst = isThreaded ? burst + 1 : 0
      if isTimed {
        let seconds = !isThreaded ? 10e-6 : burst <= 4 ? 25e-6 : 6e-6
        choice.finished(threaded: isThreaded, seconds: seconds, work: 1e6, isDisturbed: false)
      }
    }
    #expect(choice.isThreaded)
  }

  @Test(arguments: [20e-6, 300e-6]) func twoThreadsOnOneCoreForAMomentAreKept(seconds: Double) {
    var machine = Machine(one: seconds, several: 0.6 * seconds)
    machine.call(times: 2000)
    #expect(machine.choice.isThreaded)
    machine.several = 1.1 * seconds
    machine.call(times: Int(0.1 / (1.1 * seconds)))
    #expect(machine.choice.isThreaded)
    machine.call(times: Int(2 / seconds))
    #expect(!machine.choice.isThreaded, "but not for ever")
  }

  @Test func shortCallsThatCostTheSameEitherWayAreSeldomTried() {
    var machine = Machine(one: 20e-6, several: 20e-6)
    machine.call(times: 1000)
    (machine.timedCalls, machine.threadedCalls) = (0, 0)
    let calls = 10_000
    machine.call(times: calls)
    #expect(machine.timedCalls < 4 * calls / 10)
    #expect(min(machine.threadedCalls, calls - machine.threadedCalls) < calls / 10)
  }

  @Test func singleSlowCallsAreForgiven() {
    var machine = Machine()
    machine.call(times: 10)
    for _ in 0..<20 {
      machine.several = 4e-3
      machine.call(times: 1)
      machine.several = 60e-6
      machine.call(times: 2)
      #expect(machine.choice.isThreaded)
    }
  }

  @Test func aCallThatCannotBeThreadedTeachesNothing() {
    let choices = ThreadChoiceStorage()
    var threaded = 0
    for _ in 0..<50 {
      let plan = ThreadPolicy.Plan.open(2, isThreadedAtFirst: true)
      choices.run(.product, CallShape(200, 200, 200), plan: plan) { threads in
        threaded += threads > 1 ? 1 : 0
        return ((), false)
      }
    }
    #expect(threaded == 50)
  }

  @Test func aNeighbourWhoLeavesDuringATrialChangesNothing() {
    var machine = Machine(one: 200e-6, several: 120e-6)
    machine.call(times: 4)  // then a trial begins, and the neighbour is gone
    (machine.one, machine.several) = (100e-6, 60e-6)
    machine.call(times: 3)
    #expect(machine.threadedCalls == 4)
    machine.call(times: 20)
    #expect(machine.choice.isThreaded && machine.threadedCalls == 24)
  }

  @Test func theMedianIsOfTheLastFive() {
    var costs = RecentCosts()
    #expect(costs.median == .infinity)
    let expected: [Double] = [9, 1, 5, 1, 2, 2, 3, 3]
    for (cost, median) in zip([9.0, 1, 5, 0.5, 2, 3, 4, 8], expected) {
      costs.append(cost)
      #expect(costs.median == median)
    }
  }

  @Test func shapesThatCostAlikeAreOneKind() {
    #expect(CallShape(200, 200, 200).bucket == CallShape(201, 201, 201).bucket)
    #expect(CallShape(200, 200, 200).bucket != CallShape(200, 200, 20).bucket)
    #expect(CallShape(200, 200, 200).bucket != CallShape(250, 250, 250).bucket)
    #expect(CallShape(0, 0, 0).bucket == CallShape.small.bucket)
  }
}
