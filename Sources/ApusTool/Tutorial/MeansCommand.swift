// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusWorkers
import ArgumentParser

/// `apus means`: averages normal deviates, the tutorial's second job.
struct MeansCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "means", abstract: "Average normal deviates, task by task.",
    discussion: """
      Task i draws the normals of numpy.random.normal after numpy.random.seed(i) and averages them \
      as numpy.mean does. All means equal NumPy's to the last bit.
      """)

  @Option(help: "Number of tasks, which have the seeds 0, 1, 2, …")
  var tasks = 40
  @Option(help: "Number of normals that each task draws.")
  var draws = 10_000_000
  @OptionGroup var workers: WorkersOption
  @OptionGroup var place: PlaceOption
  @OptionGroup var record: RecordOption
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard 1...(1 << 31) ~= tasks else {
      throw ValidationError("--tasks must be from 1 to 2147483648, not \(tasks).")
    }
    guard 1...(1 << 40) ~= draws else {
      throw ValidationError("--draws must be from 1 to 1099511627776, not \(draws).")
    }
  }

  func run() throws {
    let place = try self.place.place(workers, hasRecord: record.isWanted)
    let recorded = try record.opened()
    let progress = MapProgress()
    let (draws, count) = (draws, workers.count)
    let work = try Timed {
      try ProgressBar.showing(progress, unit: "tasks") {
        if self.place.isRemote {
          return try (0..<tasks).remoteMap(
            MeanOfNormals(draws: draws), on: place, options: self.place.options,
            checkpoint: self.place.file,
            progress: progress)
        }
        return (0..<tasks).parallelMap(
          streams: Streams.legacySeeds(from: 0), workers: count, progress: progress,
          record: recorded?.record
        ) { _, generator in
          generator.withRandomState { state in
            PairwiseSum.sum(count: draws) { state.fillNormal(&$0) } / Double(draws)
          }
        }
      }
    }
    try MeansReport(
      means: work.value, draws: draws, seconds: work.seconds,
      tasksPerWorker: progress.snapshot().perWorker
    ).print(asJSON: json)
    try RecordOption.write(recorded)
  }
}

/// The report that `apus means` prints.
struct MeansReport: Report {
  let means: [Double]
  let draws: Int
  let seconds: Double
  let tasksPerWorker: [Int]

  var text: String {
    let rate = Double(draws * means.count) / seconds / 1e6
    let lines = means.enumerated().map { ("task \($0)", "\($1)") }
    let shares = tasksPerWorker.enumerated().map { ("worker \($0 + 1)", "\($1) tasks") }
    let time = "\(Text.time(.seconds(seconds))) (\(Text.number(rate, digits: 0)) million normals/s)"
    return Text.aligned(lines + [("time", time)] + shares)
  }
}
