// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import Foundation

/// Many engines to which nothing happens: what a task costs, and what memory is used, as their number grows.
struct ScaleRun {
  let engines: Int
  let tasks: Int
  let hasJournal: Bool

  /// Prints the time until all engines have joined, and a line for each tenth of the tasks.
  ///
  /// The times are those of the controller and of the simulated engines and clients together.
  func run() throws {
    var life = try Life(
      seed: 1, tasks: tasks, isTraced: false,
      weather: .calm(engines: engines, journal: hasJournal))
    let clock = ContinuousClock()
    let start = clock.now
    defer { life.endProcesses() }
    try life.begin()
    var looks = 0
    try life.live(until: tasks) { life in
      looks += 1
      return looks % 1000 == 0 && life.haveAllJoined
    }
    let joined = start.duration(to: clock.now) / .seconds(1)
    print(
      "\(engines) engines have joined after \(String(format: "%.2f", joined)) s, \(life.turns) turns and \(looks) events, at \(life.clock.now.nanoseconds / 1_000_000) ms of virtual time"
    )
    for part in 1...10 {
      let (before, begun) = (life.answered, clock.now)
      try life.live(until: tasks * part / 10)
      let seconds = begun.duration(to: clock.now) / .seconds(1)
      let each = seconds * 1e6 / Double(max(1, life.answered - before))
      let memory = ProcessMemory.peak(withChildrenOf: Int(getpid())) ?? 0
      print(
        "\(life.answered) tasks: \(String(format: "%.1f", each)) us a task, at most \(memory / 1_000_000) MB, journal \(life.disk.byteCount / 1_000_000) MB"
      )
    }
  }
}
