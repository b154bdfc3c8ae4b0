// Part of Apus, Apache-2.0. See LICENSE.

/// A job that was submitted to a job server.
public struct Job<Output: Sendable>: Sendable {
  /// Its number, in the order of submission from 0 on, which is also that of its stream.
  public let number: Int
  let result: JobResult<Output>

  /// What the function returns, once the job has ended.
  ///
  /// - Throws: `RemoteFailure` if the job has failed; ``ClusterError`` if nothing could run it, or the server was closed;
  ///   `CancellationError` if the task that waits is cancelled, which does not end the job.
  public var value: Output { get async throws { try await result.value } }

  /// Whether it has ended.
  public var isFinished: Bool { result.isSet }
}
