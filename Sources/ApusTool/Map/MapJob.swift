// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkers
import Foundation

/// A map of a command, whose outputs are printed as they come.
struct MapJob: Sendable {
  /// How many arguments, for each worker, may be ahead of one whose output is still missing.
  private static let lookAhead = 1000

  let command: CommandRun
  let place: Place
  /// The number of workers, as far as it is known.
  let workers: Int
  let options: TaskOptions
  let checkpoint: Checkpoint?
  let order: ResultOrder
  let stops: Bool

  /// Runs all commands; each runs in a worker process, which ends with this one.
  ///
  /// - Returns: how many there were and the indices of those that failed, ascending; nil if nobody reads the outputs any more.
  func run<Arguments: Sequence<[UInt8]> & Sendable>(
    _ arguments: Arguments, _ progress: MapProgress
  ) throws -> (count: Int, failures: [Int])? {
    try AsyncWork.wait {
      var failures: [Int] = []
      var count = 0
      let results = arguments.parallelResults(
        command, on: place, order: order,
        lookAhead: Self.lookAhead * workers, options: options, checkpoint: checkpoint,
        progress: progress)
      for try await (index, outcome) in results {
        count += 1
        switch outcome {
        case .success(let output):
          // A reader that has seen enough, as head has, ends the map.
          if !output.isEmpty, try !Terminal.put(Data(output)) { return nil }
        case .failure(let failure):
          Self.show(failure)
          failures.append(index)
          if stops { return (count, failures.sorted()) }
        }
      }
      return (count, failures.sorted())
    }
  }

  /// Writes why a command failed, under the last that its worker wrote.
  private static func show(_ failure: RemoteFailure) {
    let words = failure.unshownOutput
    for line in words.split(separator: "\n", omittingEmptySubsequences: false)
    where !words.isEmpty {
      Terminal.write("task \(failure.index): \(line)\n", to: .standardError)
    }
    Terminal.complain(text(failure))
  }

  private static func text(_ failure: RemoteFailure) -> String {
    var reason = "\(failure.cause)"
    if case .thrown(_, let text) = failure.cause { reason = text }
    let attempts = failure.attempt > 1 ? " at attempt \(failure.attempt)" : ""
    return "command \(failure.index)\(attempts): \(reason)"
  }
}
