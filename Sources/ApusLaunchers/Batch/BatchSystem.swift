// Part of Apus, Apache-2.0. See LICENSE.

/// A batch scheduler as data: the script it takes, its commands, and how its answers are read.
///
/// One submission asks for all engines, as an array whose elements start as the scheduler has room for them: one lost node
/// costs one element, and none waits for the others.
package struct BatchSystem: Sendable, Hashable {
  /// The word after `--engines`.
  package let name: String
  /// The script.
  ///
  /// `{name}` and so on are replaced; a line whose value is not given is left out; `{options}` stands for one
  /// line for each option of the user.
  let template: String
  /// The line of one option of the user, with `{option}`.
  let optionLine: String
  /// The command that takes the script from its standard input.
  package let submit: [String]
  /// The command that ends a job, before its number.
  let cancel: [String]
  /// The same for elements of arrays that have not begun, which spares those that have; nil if there is none.
  var withdraw: [String]?
  /// The option that names a cluster, where a site has several.
  var clusterOption: String?
  /// The command that lists all jobs of the user `{user}`.
  let query: [String]
  /// The command that lists jobs by the name `{name}`, one number on a line; nil if there is none.
  var find: [String]?
  /// The start of the line with the number, where that list is no list of numbers.
  var findPrefix: String?
  /// The same for steps of jobs.
  var findStep: [String]?
  let columns: Columns
  /// What the list says when there is no job at all; nil if it is then empty.
  var nothing: String?
  /// Whether the script describes the job and takes the command as an argument, as HTCondor's does.
  package var isDescription = false

  /// Whether the submit command gets the script as a file, because some wrappers do not read their standard input.
  var takesFile = false
  /// Whether it reads that file when the job begins, so that it must stay.
  var keepsFile = false
  /// Whether jobs have the environment of their submit command; if not, engines could not find their controller.
  package var passesEnvironment = true
  /// The command that says how many elements an array may have, and the word before the number.
  var limit: Limit?
  /// How it writes times.
  var times = TimeForm.clock

  /// How to ask how many elements an array may have.
  struct Limit: Sendable, Hashable {
    let command: [String]
    let word: String
    /// What the number is above the largest index.
    var margin = 0
  }

  /// Where the fields of a line of the list are, from 0 on, and what its words mean.
  struct Columns: Sendable, Hashable {
    /// nil for white space.
    var separator: Character?
    var id = 0
    /// The index of an array's element, where it has a column of its own.
    var element: Int?
    let state: Int
    var reason: Int?
    let pending: Set<String>
    let running: Set<String>
    var ending: Set<String> = []
    var ended: Set<String> = []
  }

  /// Values for the template.
  package struct Values: Sendable, Hashable {
    package var name: String
    package var count: Int
    /// The path of the output, without its end.
    package var log: String
    package var command: String
    package var queue: String?
    package var account: String?
    package var time: String?
    package var memory: String?
    package var cores: Int?
    package var options: [String] = []

    package init(name: String, count: Int, log: String, command: String) {
      (self.name, self.count, self.log, self.command) = (name, count, log, command)
    }
  }

  /// The script for the submit command.
  package func script(_ values: Values) -> String {
    let known: [String: String?] = [
      "name": values.name, "count": "\(values.count)",
      // Some refuse an array of one.
      "several": values.count > 1 ? "\(values.count)" : nil, "one": values.count > 1 ? nil : "",
      "log": values.log, "queue": values.queue,
      "account": values.account, "time": values.time, "memory": values.memory,
      "cores": values.cores.map { "\($0)" },
    ]
    var lines: [String] = []
    for line in template.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "{options}" {
        lines += values.options.map { optionLine.replacing("{option}", with: $0) }
      } else if line == "{command}" {
        lines.append(isDescription ? Self.argument(values.command) : values.command)
      } else if let filled = Self.fill(String(line), known) {
        lines.append(filled)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The command as an argument of `sh`, quoted as HTCondor reads it.
  private static func argument(_ command: String) -> String {
    // What looks like a macro of HTCondor's is the command's own.
    let own = command.replacing("$(", with: "$(DOLLAR)(")
    let text = ("K=$(Process); " + own).replacing("\n", with: " ")
    let quoted = text.replacing("'", with: "''").replacing("\"", with: "\"\"")
    return "arguments = \"-c '\(quoted)'\""
  }

  private static func fill(_ line: String, _ known: [String: String?]) -> String? {
    var line = line
    for (name, value) in known where line.contains("{\(name)}") {
      guard let value else { return nil }
      line = line.replacing("{\(name)}", with: value)
    }
    return line
  }

  /// The command that says how many elements an array may have; nil if there is none.
  package var limitCommand: [String]? { limit?.command }

  /// The most elements of an array, in the answer to ``limitCommand``; nil if it does not say so, or there is no limit.
  package func mostElements(_ answer: String) -> Int? {
    guard let limit else { return nil }
    for line in answer.split(whereSeparator: \.isNewline) {
      let words = line.split { $0.isWhitespace || $0 == "=" }
      guard words.count > 1, words[0] == limit.word, let number = Int(words[1]), number > 0 else {
        continue
      }
      return max(0, number - limit.margin)
    }
    return nil
  }

  /// Whether an answer says that there is no job.
  func isEmpty(_ answer: String) -> Bool { nothing.map { answer.contains($0) } ?? false }

  /// The command that ends jobs.
  package func cancelCommand(_ jobs: [JobID], cluster: String?) -> [String] {
    let cluster = cluster.flatMap { name in clusterOption.map { [$0, name] } } ?? []
    return [cancel[0]] + cluster + cancel.dropFirst() + jobs.map(\.number)
  }

  /// The command that takes the elements of an array that have not begun out of the queue; nil if there is none.
  package func withdrawCommand(_ job: JobID) -> [String]? {
    guard let withdraw else { return nil }
    let cluster = job.cluster.flatMap { name in clusterOption.map { [$0, name] } } ?? []
    return [withdraw[0]] + cluster + withdraw.dropFirst() + [job.number]
  }

  /// The job in the list of those with a name; nil if there is none.
  func found(_ list: String) -> JobID? {
    let lines = list.split(whereSeparator: \.isNewline)
    guard let prefix = findPrefix else {
      return lines.last.flatMap { JobID(submitOutput: String($0)) }
    }
    let line = lines.first { $0.hasPrefix(prefix) }
    return line.flatMap { JobID(submitOutput: String($0.dropFirst(prefix.count))) }
  }

  /// The command that lists the jobs of a user.
  package func queryCommand(user: String, cluster: String?) -> [String] {
    let cluster = cluster.flatMap { name in clusterOption.map { [$0, name] } } ?? []
    return [query[0]] + cluster + query.dropFirst().map { $0.replacing("{user}", with: user) }
  }

  /// The commands that list the jobs and the steps of a name; none if the scheduler has none.
  package func findCommands(name: String) -> [[String]] {
    [find, findStep].compactMap { $0?.map { $0.replacing("{name}", with: name) } }
  }

  /// Reads the list of a user's jobs, and keeps those of one job; nil if the list is cut or is no list.
  package func states(_ text: String, of job: JobID) -> [JobState]? {
    if !text.isEmpty && !(text.last?.isNewline ?? true) { return nil }
    var found: [JobState] = []
    for line in text.split(whereSeparator: \.isNewline) {
      guard let fields = fields(of: line) else { continue }
      let id = fields[columns.id]
      guard Self.belongs(id, to: job) else { continue }
      let element = columns.element.map { "_" + fields[$0].filter { !$0.isWhitespace } } ?? ""
      let word = fields[columns.state]
      found.append(
        JobState(
          id: id + element, phase: phase(of: word), word: word,
          reason: columns.reason.map { Self.reason(fields[$0]) } ?? ""))
    }
    return found
  }

  private func fields(of line: Substring) -> [String]? {
    let fields =
      columns.separator.map { line.split(separator: $0, omittingEmptySubsequences: false) }
      ?? line.split(whereSeparator: \.isWhitespace)
    let last = [columns.id, columns.state, columns.reason ?? 0, columns.element ?? 0].max() ?? 0
    return fields.count > last ? fields.map(String.init) : nil
  }

  /// Whether an entry is the job, or an element of it: `12`, `12_3`, `12[3]`, `12.3`, `12[].server`.
  private static func belongs(_ id: String, to job: JobID) -> Bool {
    let number = job.number.prefix { $0.isNumber }
    guard id.hasPrefix(number) else { return false }
    let next = id.dropFirst(number.count).first
    return next.map { !$0.isNumber } ?? true
  }

  private static func reason(_ word: String) -> String {
    let shown = word.filter { $0 != "(" && $0 != ")" }
    return ["None", "-", "undefined"].contains(shown) ? "" : shown
  }

  private func phase(of word: String) -> JobState.Phase {
    if columns.running.contains(word) { return .running }
    if columns.pending.contains(word) { return .pending }
    if columns.ended.contains(word) { return .ended }
    // A word that is not known says that the job is there.
    return columns.ending.contains(word) ? .ending : .running
  }
}
