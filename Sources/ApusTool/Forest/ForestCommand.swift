// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom
import ApusStatistics
import ArgumentParser

/// `apus forest`: cross-validates a random forest on a CSV file.
struct ForestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forest", abstract: "Cross-validate a random forest on a CSV file.",
    discussion: """
      Predicts each row with a forest fitted to the other rows and compares the predictions with \
      the observed values. The numbers depend on the data, the options and the seed, not on the \
      number of workers.
      """)

  @Argument(help: "A CSV file with a header; empty fields and NA are missing values.")
  var file: String
  @Option(help: "The column to predict; all others are features.")
  var target: String
  @Option(help: "loo (leave one out) or a number of folds.")
  var folds = FoldsOption.leaveOneOut
  @Option(help: "Predict only this many rows, from the first on, each with a fit to all others.")
  var rows: Int?
  @Option(help: "Number of trees in a forest.")
  var trees = 100
  @Option(help: "Features tried at each split: all, third, sqrt or a number.")
  var features = FeaturesOption(features: .all)
  @Option(help: "Smallest number of rows in a leaf.")
  var minLeaf = 1
  @Option(help: "Seed of the random numbers; by default drawn at random and reported.")
  var seed: SeedOption?
  @OptionGroup var workers: WorkersOption
  @OptionGroup var record: RecordOption
  @Option(help: "Write row numbers, observed and predicted values to this CSV file.")
  var predictions: String?
  @Option(help: "Plot predicted against observed values to this SVG file.")
  var plot: String?
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let outputs = (try predictions.map(OutputFile.init), try plot.map(OutputFile.init))
    if let predictions, predictions == plot {
      throw ToolError.input("--predictions and --plot name the same file, \(predictions).")
    }
    let recorded = try record.opened()
    let job = try ForestJob(self, table: NumericTable.read(file))
    let progress = MapProgress()
    let work = try Timed {
      try ProgressBar.showing(progress, unit: "forests") { try job.run(progress, recorded?.record) }
    }
    let report = ForestReport(job, predicted: work.value, seconds: work.seconds)
    try report.print(asJSON: json)
    try outputs.0?.write(report.predictionsCSV)
    try outputs.1?.write(report.plot.svg())
    try RecordOption.write(recorded)
  }
}

/// The value of `--folds`: leave-one-out or a number of folds.
enum FoldsOption: ExpressibleByArgument, CustomStringConvertible {
  case leaveOneOut
  case count(Int)

  init?(argument: String) {
    if argument == "loo" {
      self = .leaveOneOut
    } else if let count = Int(argument), count >= 2 {
      self = .count(count)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .leaveOneOut: "loo"
    case .count(let count): "\(count)"
    }
  }
}

/// The value of `--features`: how many features are tried at each split.
struct FeaturesOption: ExpressibleByArgument, CustomStringConvertible {
  let features: ForestOptions.Features

  init(features: ForestOptions.Features) { self.features = features }

  init?(argument: String) {
    switch argument {
    case "all": features = .all
    case "third": features = .third
    case "sqrt": features = .squareRoot
    default:
      guard let count = Int(argument), count >= 1 else { return nil }
      features = .count(count)
    }
  }

  var description: String {
    switch features {
    case .all: "all"
    case .third: "third"
    case .squareRoot: "sqrt"
    case .count(let count): "\(count)"
    }
  }
}

/// The value of `--seed`: a whole number of up to 128 bits.
struct SeedOption: ExpressibleByArgument {
  let value: UInt128

  init?(argument: String) {
    guard let value = UInt128(argument, radix: 10) else { return nil }
    self.value = value
  }
}
