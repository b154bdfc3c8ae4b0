// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ArgumentParser

/// `apus random explain`: says which words a task gets, and what is guaranteed.
struct RandomExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say which random words a task gets, and what is guaranteed.")

  @OptionGroup var streams: StreamsOption
  @Option(help: "The task to reproduce.")
  var task = 7
  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    let last = try streams.opened().lastTask
    guard 0...last ~= task else {
      throw ValidationError("--task must be from 0 to \(last) here, not \(task).")
    }
  }

  func run() throws {
    let open = try streams.opened()
    var first = open.bits(task)
    try ExplainReport(
      origin: open.origin, scheme: streams.scheme, task: task, firstUniform: first.nextDouble()
    ).print(asJSON: json)
  }
}

/// The report that `apus random explain` prints.
struct ExplainReport: Report {
  let streams: String
  let generator: String
  let owner: String
  let task: Int
  let firstUniform: Double
  let isProved: Bool
  let guarantee: String
  let language: String
  let reproduce: String

  init(origin: StreamOrigin, scheme: SchemeName, task: Int, firstUniform: Double) {
    streams = "\(origin)"
    generator = origin.generator
    owner = scheme.owner
    self.task = task
    self.firstUniform = firstUniform
    isProved = origin.guarantee.isProved
    guarantee = origin.guarantee.statement
    language = origin.language.rawValue
    reproduce = origin.reproducingLine(task: task)
  }

  var text: String {
    Text.aligned([
      ("streams", "\(streams) (\(generator))"), ("who gets what", owner),
      ("overlap", (isProved ? "none, proved: " : "improbable: ") + guarantee),
      ("task \(task)", "its first uniform is \(firstUniform)"), ("in \(language)", reproduce),
    ])
  }
}

extension SchemeName {
  fileprivate var owner: String {
    switch self {
    case .map:
      "task t has its own counters, whatever worker runs it; maps within it take sub-streams 1, 2, …"
    case .numpySpawn: "task t has the generator seeded by SeedSequence(seed, spawn_key=(t,))"
    case .legacySeeds: "task t has the generator of numpy.random.seed(seed + t)"
    case .rStreams:
      "task t is t leaps of 2^127 after set.seed, as clusterSetRNGStream gives worker t + 1"
    case .rMclapply:
      "task t is t + 1 leaps of 2^127 after set.seed, as mclapply gives element t + 1"
    case .places: "map k + 1 has the key of SeedSequence(seed, spawn_key=(k + 1,)); map 1 is shown"
    case .substreams: "sub-stream j + 1 of task 0 has j + 1 in the second word of its counter"
    case .rFuture: "task t is sub-stream 1 of stream t, as future.seed gives element t + 1"
    }
  }
}
