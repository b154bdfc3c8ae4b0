// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import Foundation

/// What goes wrong in a life, and how often: drawn anew for each, so that some lives have one kind of fault alone and others all.
struct Weather {
  /// The mean time between two faults of a kind, in seconds; nil if there are none.
  var engineDies: Double?
  var engineFreezes: Double?
  var engineIsCut: Double?
  var engineIsWarned: Double?
  var clientIsCut: Double?
  var clientDies: Double?
  var controllerDies: Double?
  var powerIsLost: Double?
  var diskIsFull: Double?
  var clockJumps: Double?
  /// One of so many messages of a client comes twice; nil if none does.
  var duplicates: Int?
  /// The longest that a message travels, in microseconds.
  var delay: Int
  /// How long the controller takes to wake up, at most, in microseconds: the longer, the more it finds.
  var turn: Int
  /// The mean time that a task takes, in microseconds.
  var work: Int
  /// Whether the journal is synced before its effects.
  var syncs: Bool
  var hasJournal: Bool
  var signs: Bool
  var engines: Int
  /// How many of them are of Swift, and the workers of each.
  var swift: Int
  var workers: Int
  var clients: Int
  /// The most tasks of a client that have no answer.
  var window: Int
  /// The most tasks of a map.
  var map: Int
  /// Whether clients name engines for some of their tasks.
  var namesEngines = true

  /// The number of tasks of a life: more where large maps make each cheap, so that lives take similar times to simulate.
  var tasks: Int { hasLargeMaps ? 60_000 : 2000 }

  var hasLargeMaps: Bool { map > 1000 && swift > 0 }

  /// Many engines, to which nothing happens.
  static func calm(engines: Int, journal: Bool) -> Weather {
    var random = Philox4x64(SeedSequence(1))
    var weather = Weather(&random)
    weather.namesEngines = false
    weather.engineDies = nil
    weather.engineFreezes = nil
    weather.engineIsCut = nil
    weather.engineIsWarned = nil
    weather.clientIsCut = nil
    weather.clientDies = nil
    weather.controllerDies = nil
    weather.powerIsLost = nil
    weather.diskIsFull = nil
    weather.clockJumps = nil
    weather.duplicates = nil
    (weather.hasJournal, weather.syncs, weather.signs) = (journal, false, true)
    (weather.delay, weather.turn, weather.work) = (500, 1000, 100_000)
    (weather.engines, weather.clients, weather.window) = (engines, 4, engines)
    weather.swift = 0
    return weather
  }

  init(_ random: inout Philox4x64) {
    func below(_ bound: Int) -> Int { random.below(bound) }
    func mean(_ chance: Int, _ seconds: ClosedRange<Double>) -> Double? {
      // Short ones as often as long ones.
      guard below(chance) == 0 else { return nil }
      return seconds.lowerBound * pow(seconds.upperBound / seconds.lowerBound, random.within(0...1))
    }
    hasJournal = below(5) != 0
    syncs = below(3) == 0
    engineDies = mean(2, 0.1...10)
    engineFreezes = mean(3, 0.2...10)
    engineIsCut = mean(2, 0.1...10)
    controllerDies = mean(2, 0.2...8)
    powerIsLost = mean(3, 0.3...10)
    diskIsFull = mean(3, 0.3...10)
    clockJumps = mean(3, 0.2...10)
    duplicates = below(3) == 0 ? 10 + below(100) : nil
    delay = [50, 500, 5000, 50_000][below(4)]
    turn = [20, 500, 5000][below(3)]
    work = [10, 200, 2000, 50_000][below(4)]
    signs = below(4) == 0
    engines = 1 + below(8)
    clients = 1 + below(3)
    window = [1, 8, 40][below(3)]
    swift = [0, engines, (engines + 1) / 2][below(3)]
    workers = 1 + below(3)
    map = [2, 40, 2000][below(3)]
    engineIsWarned = mean(3, 0.2...10)
    clientIsCut = mean(3, 0.2...10)
    clientDies = mean(4, 0.5...20)
    if !hasJournal { (controllerDies, powerIsLost) = (nil, nil) }
    if !syncs { powerIsLost = nil }
  }
}
