// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkers
import ArgumentParser

/// The options that say where tasks run and what becomes of failed and finished ones, the same in all commands.
struct PlaceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where tasks run: threads, processes, or processes:N. Results do not depend on it.",
      valueName: "place"))
  var on = "threads"
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
    _ = try processCount
  }

  /// The number of worker processes that `--on` names; nil for threads, 0 if it names none.
  private var processCount: Int? {
    get throws {
      if on == "threads" { return nil }
      if on == "processes" { return 0 }
      let words = on.split(separator: ":", omittingEmptySubsequences: false)
      if words.count == 2, words[0] == "processes", let count = Int(words[1]), 1...1024 ~= count {
        return count
      }
      throw ValidationError(
        "--on must be threads, processes, or processes:N with N from 1 to 1024, not \(on).")
    }
  }

  /// Whether tasks run as remote functions, which have no record of their random numbers.
  var isRemote: Bool { on != "threads" || retries > 0 || checkpoint != nil }

  /// The place, with the number of workers that `--workers` gives where `--on` gives none.
  func place(_ workers: WorkersOption, hasRecord: Bool) throws -> Place {
    if isRemote, hasRecord {
      throw ToolError.input("--record is for maps on threads without --retries and --checkpoint.")
    }
    guard let named = try processCount else { return .threads(workers.count) }
    if named > 0, let other = workers.workers, other != named {
      throw ToolError.input("--on \(on) and --workers \(other) name different numbers of workers.")
    }
    return .processes(named > 0 ? named : workers.count)
  }

  var options: TaskOptions {
    var options = TaskOptions()
    options.retries = retries
    return options
  }

  var file: Checkpoint? { checkpoint.map { Checkpoint($0, accepting: anyBuild ? [.build] : []) } }
}
