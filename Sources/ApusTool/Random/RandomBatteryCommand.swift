// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusStatistics
import ArgumentParser
import Foundation

/// `apus random battery`: runs the tests between streams on any scheme or on words from elsewhere.
struct RandomBatteryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "battery", abstract: "Test whether streams are independent of each other.",
    discussion: """
      Takes 32-bit words from the streams of consecutive tasks in turn and looks for traces of \
      faulty seeding. With --stdin the words come from standard input instead: little-endian, the \
      first word of each stream, then the second of each, and so on. Exits with status 1 if a test \
      fails.
      """)

  @OptionGroup var streams: StreamsOption
  @Option(help: "The first task.")
  var task = 0
  @Option(help: "Number of streams.")
  var count = 4096
  @Option(help: "Number of words from each stream.")
  var rounds = 4000
  @OptionGroup var workers: WorkersOption
  @Flag(help: "Read the words from standard input.")
  var stdin = false
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard 2...65536 ~= count else {
      throw ValidationError("--count must be from 2 to 65536, not \(count).")
    }
    let fewest = InterStreamBattery.minimumRounds
    guard rounds >= fewest, rounds <= (1 << 31) / count else {
      throw ValidationError(
        "--rounds must be from \(fewest) to \((1 << 31) / count) here, not \(rounds).")
    }
    let last = try streams.opened().lastTask
    guard task >= 0, task <= last - (count - 1) else {
      throw ValidationError("--task must be from 0 to \(last - (count - 1)) here, not \(task).")
    }
  }

  func run() throws {
    let words = stdin ? try StandardInput.words(count * rounds) : try drawn()
    let work = Timed {
      InterStreamBattery(words: words, streams: count, workers: workers.count)
    }
    let name = stdin ? "standard input" : "\(try streams.opened().origin)"
    let report = BatteryReport(
      streams: name, count: count, rounds: rounds, outcomes: work.value.outcomes)
    try report.print(asJSON: json)
    let failed = work.value.outcomes.filter { !$0.passes }.map(\.name)
    if !failed.isEmpty { throw ToolError.failure("Failed: \(failed.joined(separator: ", ")).") }
  }

  private func drawn() throws -> [UInt32] {
    let open = try streams.opened()
    var words = [UInt32](repeating: 0, count: count * rounds)
    for stream in 0..<count {
      var generator = open.bits(task + stream)
      Self.fill(&words, from: &generator, stream: stream, of: count)
    }
    return words
  }

  private static func fill<Generator: BitGenerator>(
    _ words: inout [UInt32], from generator: inout Generator, stream: Int, of count: Int
  ) {
    for i in Swift.stride(from: stream, to: words.count, by: count) {
      words[i] = generator.nextUInt32()
    }
  }
}

/// The report that `apus random battery` prints.
struct BatteryReport: Report {
  struct Test: Encodable {
    let name: String
    let statistic: String
    let p: Double
    let passes: Bool
  }

  let streams: String
  let count: Int
  let rounds: Int
  let tests: [Test]

  init(streams: String, count: Int, rounds: Int, outcomes: [InterStreamBattery.Outcome]) {
    self.streams = streams
    self.count = count
    self.rounds = rounds
    tests = outcomes.map {
      Test(name: $0.name, statistic: $0.statistic, p: $0.p, passes: $0.passes)
    }
  }

  var text: String {
    let head = (
      "streams", "\(Text.grouped(count)) of \(streams), \(Text.grouped(rounds)) words each"
    )
    let width = tests.map(\.statistic.count).max() ?? 0
    return Text.aligned(
      [head]
        + tests.map { test in
          let statistic = test.statistic.padding(toLength: width, withPad: " ", startingAt: 0)
          return (test.name, "\(statistic)  p \(Text.short(test.p))\(test.passes ? "" : "  FAIL")")
        })
  }
}
