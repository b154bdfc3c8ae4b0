// Part of Apus, Apache-2.0. See LICENSE.
package import ApusRandom
import ApusRecordLog

/// A function whose elements carry the numbers of their jobs, so that jobs may be submitted in any order and run anywhere with
/// their own random numbers.
package struct JobCall<Function: RemoteFunction>: RemoteFunction {
  /// An element with the number of its job.
  package struct Input: Codable, Sendable, CustomStringConvertible {
    package let number: Int
    package let element: Function.Input

    package init(number: Int, element: Function.Input) {
      (self.number, self.element) = (number, element)
    }

    package var description: String { "\(element)" }
  }

  private let function: Function
  private let streams: TaskStreams?

  /// - Parameter origin: where the random numbers come from; nil for none.
  package init(_ function: Function, _ origin: StreamOrigin?) {
    self.function = function
    streams = origin.map { TaskStreams($0) }
  }

  /// A digest of the function's properties.
  package var propertiesDigest: UInt64 {
    get throws { Digest.of(try BinaryEncoder.canonical(function)) }
  }

  package func prepare() throws { try function.prepare() }

  package func callAsFunction(_ job: Input, _ context: TaskContext) throws -> Function.Output {
    let own = TaskContext(
      index: job.number, attempt: context.attempt, worker: context.worker,
      coreCount: context.coreCount, cancelled: { context.isCancelled ? .max : 0 })
    return try function.call(job.element, streams.map { TaskStreams.Source($0) }, own)
  }

  /// A failure under the number of its job.
  package func numbered(_ failure: RemoteFailure, _ number: Int) -> RemoteFailure {
    RemoteFailure(
      index: number, element: failure.element, attempt: failure.attempt, worker: failure.worker,
      cause: failure.cause, output: failure.output, unshownOutput: failure.unshownOutput,
      streamLine: streams?.reproducingLine(task: number), again: failure.again)
  }
}
