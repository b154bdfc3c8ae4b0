// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom
import ApusWorkers
import ArgumentParser

/// `apus pi`: estimates pi, the tutorial's distributed job, on this machine.
struct PiCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pi", abstract: "Estimate pi from random points, slice by slice.",
    discussion: """
      Slice i draws the x and y coordinates that NumPy draws after numpy.random.seed(i) and counts \
      the points in the quarter circle. All counts equal NumPy's.
      """)

  @Option(help: "Number of slices, which have the seeds 0, 1, 2, …")
  var slices = 480
  @Option(help: "Number of points in a slice.")
  var points = 10_000_000
  @OptionGroup var workers: WorkersOption
  @OptionGroup var place: PlaceOption
  @OptionGroup var record: RecordOption
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard 1...(1 << 31) ~= slices else {
      throw ValidationError("--slices must be from 1 to 2147483648, not \(slices).")
    }
    guard 1...(1 << 40) ~= points else {
      throw ValidationError("--points must be from 1 to 1099511627776, not \(points).")
    }
  }

  func run() throws {
    let place = try self.place.place(workers, hasRecord: record.isWanted)
    let recorded = try record.opened()
    let progress = MapProgress()
    let (points, count) = (points, workers.count)
    let work = try Timed {
      try ProgressBar.showing(progress, unit: "slices") {
        if self.place.isRemote {
          return try (0..<slices).remoteMap(
            PiSlice(points: points), on: place, options: self.place.options,
            checkpoint: self.place.file,
            progress: progress)
        }
        let jump = points > 10_000 ? MT19937.Jump(words: 2 * UInt128(points)) : nil
        return (0..<slices).parallelMap(
          streams: Streams.legacySeeds(from: 0), workers: count, progress: progress,
          record: recorded?.record
        ) { _, generator in
          generator.quarterCircleHits(points: points, jump: jump)
        }
      }
    }
    try PiReport(
      sliceHits: work.value, points: points, seconds: work.seconds,
      slicesPerWorker: progress.snapshot().perWorker
    ).print(asJSON: json)
    try RecordOption.write(recorded)
  }
}

/// The report that `apus pi` prints.
struct PiReport: Report {
  let pi: Double
  let hits: Int
  let points: Int
  let seconds: Double
  let slicesPerWorker: [Int]
  let sliceHits: [Int]

  init(sliceHits: [Int], points: Int, seconds: Double, slicesPerWorker: [Int]) {
    hits = sliceHits.reduce(0, +)
    self.points = points * sliceHits.count
    pi = 4 * Double(hits) / Double(self.points)
    self.seconds = seconds
    self.slicesPerWorker = slicesPerWorker
    self.sliceHits = sliceHits
  }

  var text: String {
    let perSecond = Double(points) / seconds / 1e6
    let shares = slicesPerWorker.enumerated().map { ("worker \($0 + 1)", "\($1) slices") }
    let time =
      "\(Text.time(.seconds(seconds))) (\(Text.number(perSecond, digits: 0)) million points/s)"
    let table = [("hits", "\(hits) of \(Text.grouped(points)) points"), ("time", time)] + shares
    return "Pi is roughly \(Text.number(pi, digits: 6))\n" + Text.aligned(table)
  }
}
