// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkers
import ArgumentParser

/// The options that say where tasks run and what becomes of failed and finished ones, the same in all commands.
struct PlaceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where tasks run: threads, processes, processes:N, cluster, or cluster:PROFILE. Results do not depend on it.",
      valueName: "place"))
  var on = "threads"
  @Option(
    help: ArgumentHelp(
      "With --on cluster: start so many engines here for this run, instead of using a running cluster.",
      valueName: "n"))
  var engines: Int?
  @Option(help: "How often a task is begun again that has failed or has lost its worker.")
  var retries = 0
  @Option(
    help: ArgumentHelp(
      "Keeps finished results in a file, from which the same command goes on after it was stopped.",
      valueName: "file"))
  var checkpoint: String?
  @Flag(help: "Go on from a checkpoint that another build of apus has written.")
  var anyBuild = false

  func validate() throws {
    guard 0...1000 ~= retries else {
      throw ValidationError("--retries must be from 0 to 1000, not \(retries).")
    }
    try PlaceName(on).validate(engines: engines, on)
  }

  /// Whether tasks run as remote functions, which have no record of their random numbers.
  var isRemote: Bool { on != "threads" || retries > 0 || checkpoint != nil }

  /// The place, with the number of workers that `--workers` gives where `--on` gives none.
  func place(_ workers: WorkersOption, hasRecord: Bool) throws -> Place {
    if isRemote, hasRecord {
      throw ToolError.input("--record is for maps on threads without --retries and --checkpoint.")
    }
    return try PlaceName(on).place(on, engines: engines, workers)
  }

  var options: TaskOptions {
    var options = TaskOptions()
    options.retries = retries
    return options
  }

  var file: Checkpoint? { checkpoint.map { Checkpoint($0, accepting: anyBuild ? [.build] : []) } }
}
