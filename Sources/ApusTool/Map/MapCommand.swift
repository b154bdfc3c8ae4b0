// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkers
import ArgumentParser
import Foundation

/// `apus map`: runs a command for each of many arguments.
struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map", abstract: "Run a command for each of many arguments, in parallel.",
    usage: """
      apus map [options] COMMAND ... ::: ARGUMENT ...
      apus map [options] COMMAND ... :::: FILE
      """,
    discussion: """
      A single word is a script for the shell; several are a program and its arguments, and no shell \
      is involved. {} is the argument, whatever characters it has; without {} it comes last. 1..480 \
      stands for these numbers. A FILE has an argument in each line; - is the standard input. Without \
      a command each argument is a script.

      Each command gets APUS_INDEX, from 0, APUS_SEED, a seed below 2^31 that depends on --seed and \
      the index alone, APUS_ATTEMPT and APUS_ARGUMENT. Standard output comes in the order of the \
      arguments, never mixed; lines on standard error name their index. The exit status is 0 only if \
      all commands have succeeded.

      apus map --checkpoint run.apus 'Rscript job.R {}' ::: 1..480
      """)

  @OptionGroup var workers: WorkersOption
  @Option(help: "How often a command is run again that has failed.")
  var retries = 0
  @Option(
    help: ArgumentHelp(
      "The time that a command may take, in seconds, or as in 10m and 2h.", valueName: "time"),
    transform: TimeOption.init)
  var timeLimit: TimeOption?
  @Option(
    help: ArgumentHelp(
      "The time that a command is said to take: no engine of a cluster begins one that its allocation is too short for.",
      valueName: "time"),
    transform: TimeOption.init)
  var expected: TimeOption?
  @Option(
    help: ArgumentHelp(
      "The memory that a command and what it starts may have, in megabytes, or as in 2GB.",
      valueName: "size"), transform: MemoryOption.init)
  var memory: MemoryOption?
  @Option(
    help: ArgumentHelp(
      "Keeps the output of finished commands in a file, from which the same call goes on.",
      valueName: "file"))
  var checkpoint: String?
  @Option(help: "The seed from which APUS_SEED follows.")
  var seed: UInt64 = 0
  @Option(
    help: ArgumentHelp(
      "Where commands run: processes, processes:N, cluster, or cluster:PROFILE. On a cluster, in the folders where its engines were started.",
      valueName: "place"))
  var on = "processes"
  @Option(
    help: ArgumentHelp(
      "With --on cluster: start so many engines here for this run, instead of using a running cluster.",
      valueName: "n"))
  var engines: Int?
  @Flag(help: "Print outputs in the order in which commands finish.")
  var unordered = false
  @Flag(help: "Begin no other command after one has failed.")
  var stop = false
  @Flag(
    name: [.customLong("null"), .customShort("0")],
    help: "Arguments in a file end with zero bytes, not lines.")
  var null = false
  @Flag(help: "Print the commands, as a shell would run them, and run none.")
  var dryRun = false
  @Argument(
    parsing: .captureForPassthrough, help: "The command, and its arguments after ::: or ::::.")
  var words: [String] = []

  func validate() throws {
    guard 0...1000 ~= retries else {
      throw ValidationError("--retries must be from 0 to 1000, not \(retries).")
    }
    let place = try PlaceName(on)
    if place == .threads {
      throw ValidationError("Commands are processes: --on must be processes or a cluster.")
    }
    try place.validate(engines: engines, on)
  }

  func run() throws {
    try checkFirstWord()
    let words = try MapWords(exactWords, isWatched: isatty(STDIN_FILENO) == 1)
    let separator = UInt8(ascii: null ? "\0" : "\n")
    let command = CommandRun(try template(words.command), seed: UInt128(seed))
    // A checkpoint compares all arguments before anything is run.
    if words.readsInput, checkpoint == nil {
      return try run(command, InputLines(separator: separator))
    }
    try run(command, try words.arguments(separator: separator))
  }

  private func run<Arguments: Sequence<[UInt8]> & Sendable>(
    _ command: CommandRun, _ arguments: Arguments
  ) throws {
    if dryRun {
      try DryRun(command: command).print(arguments)
      return
    }
    let progress = MapProgress()
    let job = MapJob(
      command: command, place: try PlaceName(on).place(on, engines: engines, workers),
      workers: engines ?? workers.count, options: options,
      checkpoint: checkpoint.map { Checkpoint($0, accepting: [.build]) },
      order: unordered ? .completion : .input, stops: stop)
    let done = try ProgressBar.showing(progress, unit: "commands") {
      try job.run(arguments, progress)
    }
    guard let done else { Terminal.endWithReader() }
    if let first = done.failures.first {
      let count = (arguments as? MapArguments)?.count ?? done.count
      throw ToolError.failure(
        "\(done.failures.count) of \(count) commands failed, the first with index \(first).")
    }
  }

  /// The words as bytes, since they need not be UTF-8.
  private var exactWords: [[UInt8]] {
    let words = CommandLine.exactArguments.suffix(words.count)
    return Array(self.words.first == "--" ? words.dropFirst() : words)
  }

  /// Answers an option that is none, which would otherwise be the command.
  private func checkFirstWord() throws {
    guard let word = words.first, word.hasPrefix("-"), word != "--" else { return }
    switch word {
    case "-h", "--help": throw CleanExit.helpRequest(self)
    case "--version": throw CleanExit.message(ToolVersion.current)
    default:
      throw ToolError.input(
        "There is no option \(word); apus map --help lists all. Write -- before a command that begins with a dash."
      )
    }
  }

  private func template(_ words: [[UInt8]]) throws -> CommandTemplate {
    do {
      return try CommandTemplate(words)
    } catch {
      throw ToolError.input("\(error)")
    }
  }

  private var options: TaskOptions {
    var options = TaskOptions()
    options.retries = retries
    options.timeLimit = timeLimit?.duration
    options.expected = expected?.duration
    options.memory = memory?.size
    return options
  }
}
