// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ArgumentParser

/// The option `--workers`, the same in all commands.
struct WorkersOption: ParsableArguments {
  @Option(
    help: "Threads to use; by default all this process may use. Results do not depend on it.")
  var workers: Int?

  func validate() throws {
    if let workers, !(1...1024 ~= workers) {
      throw ValidationError("--workers must be from 1 to 1024, not \(workers).")
    }
  }

  var count: Int { workers ?? ThreadBudget.current.count }
}
