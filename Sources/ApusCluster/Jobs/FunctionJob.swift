// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusWorkers

/// A job, whatever its function.
protocol AnyJob: Sendable {
  var number: Int { get }
  var group: String { get }
  /// Names the function and its properties: jobs with the same one share a lane.
  var function: FunctionName { get }
  /// Makes a lane for this job and others like it.
  func makeLane(on place: Place, _ options: TaskOptions, _ events: JobEvents) -> any JobLane
  /// Gives it to a lane of its function.
  ///
  /// - Returns: false if the lane has ended.
  func run(in lane: any JobLane) -> Bool
  func fail(_ error: any Error)
}

/// A function as jobs name it: its type, and a digest of its properties.
struct FunctionName: Sendable, Hashable {
  let type: String
  let properties: UInt64
}

/// What a lane reports.
struct JobEvents: Sendable {
  /// Where random numbers come from; nil for none.
  let origin: StreamOrigin?
  /// A job has ended; called before its callback.
  let ended: @Sendable (_ job: Int) -> Void
  /// The callback of a job has returned.
  let settled: @Sendable (_ job: Int) -> Void
  /// The node of a job was lost while the job ran.
  ///
  /// - Returns: false if the job is not to run again.
  let lost: @Sendable (_ job: Int) -> Bool
  /// A lane has ended, with the jobs that it had.
  let closed: @Sendable (_ error: (any Error)?, _ jobs: [any AnyJob]) -> Void
}

/// A job of a function.
final class FunctionJob<Function: RemoteFunction>: AnyJob {
  let number: Int
  let group: String
  let function: FunctionName
  let element: Function.Input
  let result = JobResult<Function.Output>()
  private let call: Function
  private let callback: (@Sendable (Result<Function.Output, any Error>) -> Void)?

  init(
    _ number: Int, _ call: Function, _ function: FunctionName, _ element: Function.Input,
    group: String, callback: (@Sendable (Result<Function.Output, any Error>) -> Void)?
  ) {
    (self.number, self.call, self.function, self.element) = (number, call, function, element)
    (self.group, self.callback) = (group, callback)
  }

  func makeLane(on place: Place, _ options: TaskOptions, _ events: JobEvents) -> any JobLane {
    FunctionLane(JobCall(call, events.origin), on: place, options) { job, outcome in
      if case .failure(let failure) = outcome, case .engineLost = failure.cause,
        events.lost(job.number)
      {
        return
      }
      events.ended(job.number)
      job.end(outcome.mapError { $0 as any Error })
      events.settled(job.number)
    } close: { error, jobs in
      events.closed(error, jobs)
    }
  }

  func run(in lane: any JobLane) -> Bool {
    (lane as? FunctionLane<Function>)?.run(self) ?? false
  }

  func fail(_ error: any Error) { end(.failure(error)) }

  private func end(_ outcome: Result<Function.Output, any Error>) {
    callback?(outcome)
    result.set(outcome)
  }
}
