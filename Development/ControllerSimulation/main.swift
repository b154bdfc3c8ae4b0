// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWorkers
import ArgumentParser
import Foundation

/// Lives of clusters under virtual time, each from its seed.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate-controller",
    abstract: "Run the controller that ships among simulated engines, clients, disks and networks.",
    discussion: """
      Each life has its own faults, all from its seed. The first one that breaks a promise ends the \
      run, and its seed is printed: with --seed and --trace it is lived again, event by event. For \
      that, SWIFT_DETERMINISTIC_HASHING=1 must be in the environment.
      """)

  @Option(help: "The seed of the first life; each following life has the next.") var seed = 1
  @Option(help: "The number of tasks of all lives together.") var tasks = 100_000
  @Flag(help: "Print each event of the life.") var trace = false
  @Option(help: "One life of so many engines to which nothing happens, and what its tasks cost.")
  var engines: Int?
  @Flag(inversion: .prefixedNo, help: "With --engines: keep a journal.") var journal = true

  func run() throws {
    guard ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] == "1" else {
      throw ValidationError("set SWIFT_DETERMINISTIC_HASHING=1, so that a seed can be lived again")
    }
    if let engines {
      return try ScaleRun(engines: engines, tasks: tasks, hasJournal: journal).run()
    }
    var done = 0
    var faults: [Life.Fault: Int] = [:]
    var seed = seed
    var turns = 0
    let start = ContinuousClock.now
    while done < tasks {
      var life = try Life(seed: UInt128(seed), tasks: tasks - done, isTraced: trace)
      if trace { print("\(life.weather)") }
      do {
        try life.run()
      } catch let violation as Violation {
        print("seed \(seed), after \(life.clock.now.nanoseconds / 1000) us: \(violation)")
        print("again: --tasks \(life.taskCount) --seed \(seed) --trace")
        print("weather: \(life.weather)")
        throw ExitCode.failure
      }
      done += life.taskCount
      for (fault, count) in life.faults { faults[fault, default: 0] += count }
      turns += life.turns
      seed += 1
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    let counts = Life.Fault.allCases.map { "\($0) \(faults[$0] ?? 0)" }.joined(separator: ", ")
    print("faults: \(counts)")
    print(
      "\(done) tasks in \(turns) turns of \(seed - self.seed) lives, seeds \(self.seed) to \(seed - 1), in \(String(format: "%.1f", seconds)) s"
    )
  }
}

WorkerProcesses.enter(functions: [Echo.name: Echo.self])
SimulateCommand.main()
