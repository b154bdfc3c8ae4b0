// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ArgumentParser
import Foundation

/// `apus random overlap`: proves that no two tasks of a recorded run shared a word, or names them.
struct RandomOverlapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlap", abstract: "Check a finished run: did two tasks share a random word?",
    discussion: """
      Reads what a program recorded (a StreamRecord, or --record of apus pi, means and forest) and \
      compares the words of all tasks of all maps by the arithmetic of their generators. Where no \
      arithmetic can tell, an overlap is reported as improbable, with its probability; --search \
      settles it by regenerating all words, at 5 ns per word, 15 ns for R's generator.

      Status 0: no words were shared; this is proved, or an overlap is improbable. Status 1: two \
      tasks shared words; they are named. Status 2: the file is not such a record. Status 3: it is \
      not known what was drawn, because tasks moved or replaced their generators or drew from \
      copies, which are not recorded.
      """)

  @Argument(help: "The record, a JSON file.")
  var file: String
  @Flag(help: "Where arithmetic cannot tell, regenerate all words and compare them.")
  var search = false
  @OptionGroup var workers: WorkersOption
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let uses = try RecordFile.read(file)
    let work = Timed { check(uses.maps) }
    let report = OverlapReport(
      work.value.overlap, work.value.verdict, maps: uses.maps.count, seconds: work.seconds)
    try report.print(asJSON: json)
    if let pair = report.pair { throw ToolError.failure("\(pair[0]) and \(pair[1]) shared words.") }
    if report.verdict == "unknown" || report.verdict == "idle" {
      throw ToolError(message: report.reasons[0] + ".", status: ToolError.undecided)
    }
  }

  private func check(
    _ maps: [StreamUse]
  ) -> (overlap: StreamOverlap, verdict: StreamOverlap.Verdict) {
    let overlap = StreamOverlap.check(maps)
    guard search, case .improbable(let doubts) = overlap.verdict else {
      return (overlap, overlap.verdict)
    }
    let progress = MapProgress()
    let pair = ProgressBar.showing(progress, unit: "tasks") {
      StreamSearch.sharedPair(in: maps, workers: workers.count, progress: progress)
    }
    if let pair { return (overlap, .shared(pair.0, pair.1)) }
    let left = doubts.filter { !StreamSearch.covers($0.generator) }
    return (overlap, left.isEmpty ? .disjoint : .improbable(left))
  }
}

/// The report that `apus random overlap` prints.
struct OverlapReport: Report {
  let verdict: String
  let reasons: [String]
  let pair: [String]?
  let lines: [String]?
  let maps: Int
  let tasks: Int
  /// Whether words had to be regenerated.
  let providesSymbols: Bool
  let words: String
  let seconds: Double

  init(
    _ overlap: StreamOverlap, _ verdict: StreamOverlap.Verdict, maps: Int, seconds: Double
  ) {
    self.maps = maps
    providesSymbols = verdict != overlap.verdict
    tasks = overlap.tasks
    words = "\(overlap.words)"
    self.seconds = seconds
    func name(_ task: StreamTask) -> String { "map \(task.map + 1) task \(task.task)" }
    switch verdict {
    case .disjoint: (self.verdict, reasons, pair, lines) = ("disjoint", [], nil, nil)
    case .improbable(let doubts):
      let why = doubts.map { "\($0.generator): \($0.statement)" }
      (self.verdict, reasons, pair, lines) = ("improbable", why, nil, nil)
    case .idle:
      let why = "no task drew from its generator; draws from copies of it are not recorded"
      (self.verdict, reasons, pair, lines) = ("idle", [why], nil, nil)
    case .shared(let a, let b):
      (self.verdict, reasons, pair, lines) = ("shared", [], [name(a), name(b)], [a.line, b.line])
    case .unknown(let tasks):
      let names = tasks.prefix(5).map(name).joined(separator: ", ")
      let why =
        "the words of \(tasks.count) tasks are unknown (\(names)): their generators were "
        + "moved or replaced within the task"
      (self.verdict, reasons, pair, lines) = ("unknown", [why], nil, nil)
    }
  }

  var text: String {
    var rows = [("tasks", "\(Text.grouped(tasks)) in \(maps) maps, \(words) words")]
    switch verdict {
    case "disjoint":
      rows.append(
        (
          "overlap",
          "none: proved\(providesSymbols ? ", in part by regenerating the words" : " by the arithmetic of the generators")"
        ))
    case "shared":
      rows.append(("overlap", "\(pair?[0] ?? "") and \(pair?[1] ?? "") shared words:"))
      rows += (lines ?? []).map { ("", $0) }
    case "improbable":
      rows.append(("overlap", "none begins like another; improbable, but not ruled out:"))
      rows += reasons.map { ("", $0) }
    default: rows.append(("overlap", "unknown: " + (reasons.first ?? "")))
    }
    return Text.aligned(rows + [("time", Text.time(.seconds(seconds)))])
  }
}
