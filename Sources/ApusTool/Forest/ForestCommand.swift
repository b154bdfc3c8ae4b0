// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables
import ArgumentParser

/// `apus forest`: cross-validates a random forest on a CSV file.
struct ForestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forest", abstract: "Cross-validate a random forest on a CSV file.",
    discussion: """
      Predicts each row with a forest fitted to the other rows and compares the predictions with \
      the observed values. A target of numbers is predicted by regression, one of texts by \
      classification; columns of texts become a feature for each of their texts. The numbers depend \
      on the data, the options and the seed, not on the number of workers.
      """)

  @Argument(help: "A CSV file with a header; empty fields and NA are missing values.")
  var file: String
  @Option(help: "The column to predict; all others are features.")
  var target: String
  @Option(
    help: "loo (leave one out) or a number of folds.", transform: FoldsOption.parse)
  var folds = FoldsOption.leaveOneOut
  @Option(help: "Predict only this many rows, from the first on, each with a fit to all others.")
  var rows: Int?
  @Option(help: "Number of trees in a forest.")
  var trees = 100
  @Option(
    help: "Features tried at each split: all, third, sqrt, log2 or a number.",
    transform: FeaturesOption.parse)
  var features = FeaturesOption(features: .all)
  @Option(help: "Smallest number of rows in a leaf.")
  var minLeaf = 1
  @Option(help: "Seed of the random numbers; by default drawn at random and reported.")
  var seed: SeedOption?
  @Option(help: ArgumentHelp("Leave out this column; may be repeated.", valueName: "column"))
  var without: [String] = []
  @Flag(help: "Leave out rows whose value to predict is missing, and say how many.")
  var dropMissing = false
  @OptionGroup var table: TableOption
  @OptionGroup var workers: WorkersOption
  @OptionGroup var place: PlaceOption
  @OptionGroup var record: RecordOption
  @Option(
    help: "Write row numbers, observed and predicted values and lines of the file to this CSV file."
  )
  var predictions: String?
  @Option(help: "Plot predicted against observed values to this SVG file.")
  var plot: String?
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var problems = Problems()
    let options = table.options(&problems)
    let outputs = outputFiles(&problems)
    checkNumbers(&problems)
    problems.require(
      seed != nil || self.place.checkpoint == nil,
      "--checkpoint needs --seed, so that the same command goes on with the same numbers.")
    let place = problems.attempt { try self.place.place(workers, hasRecord: record.isWanted) }
    try problems.check()
    let recorded = try record.opened()
    let input = try ForestInput(self, Table(csv: file, options, workers: workers.workers))
    let job = try ForestJob(self, input)
    let progress = MapProgress()
    let work = try Timed {
      try ProgressBar.showing(progress, unit: "forests") {
        guard let place, self.place.isRemote else {
          return try job.run(progress, recorded?.record)
        }
        return try job.run(on: place, options: self.place.options, self.place.file, progress)
      }
    }
    let report = ForestReport(job, work.value, seconds: work.seconds)
    try report.print(asJSON: json)
    try outputs.predictions?.write(report.predictionsCSV)
    try outputs.plot?.write(report.plot.svg())
    try RecordOption.write(recorded)
  }

  private func outputFiles(
    _ problems: inout Problems
  ) -> (predictions: OutputFile?, plot: OutputFile?) {
    let named = [
      ("--predictions", predictions), ("--plot", plot), ("--record", record.record),
      ("--checkpoint", place.checkpoint),
    ].compactMap { option, path in path.map { (option: option, path: $0) } }
    for (index, first) in named.enumerated() {
      for second in named.dropFirst(index + 1) {
        problems.require(
          !OutputFile.isSame(first.path, second.path),
          "\(first.option) and \(second.option) name the same file, \(first.path).")
      }
      problems.require(
        !OutputFile.isSame(first.path, file),
        "\(first.option) names the input file, \(file), itself.")
    }
    func output(_ path: String?) -> OutputFile? {
      guard let path else { return nil }
      return problems.attempt { try OutputFile(path) }
    }
    return (output(predictions), output(plot))
  }

  private func checkNumbers(_ problems: inout Problems) {
    problems.require(
      1...ForestOptions.maximumTrees ~= trees,
      "--trees must be from 1 to \(ForestOptions.maximumTrees), not \(trees).")
    problems.require(
      1...(1 << 32) ~= minLeaf, "--min-leaf must be from 1 to 4294967296, not \(minLeaf).")
    if let rows {
      problems.require(rows >= 1, "--rows must be at least 1, not \(rows).")
      if case .count(let count) = folds {
        problems.require(
          count <= max(2, rows), "--folds must be from 2 to \(rows) for \(rows) rows, not \(count)."
        )
      }
    }
    problems.require(
      !without.contains(target), "--without names the column to predict, \"\(target)\".")
  }
}
