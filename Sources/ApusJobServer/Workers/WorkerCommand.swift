// Part of Apus, Apache-2.0. See LICENSE.

/// How worker processes of Python are started, and what they are told.
package struct WorkerCommand: Sendable, Hashable {
  /// The status of a worker that has ended by itself, and has not read another job.
  package static let finished = 213

  /// The program and its arguments.
  package var words: [String]
  package var environment: [String: String]
  /// The protocol of pickle for results.
  package var pickleProtocol = 2
  /// The longest result, in bytes.
  package var longestResult = 1 << 34
  /// Whether a worker runs one job only.
  package var restarts = false

  package init(_ words: [String], environment: [String: String]) {
    (self.words, self.environment) = (words, environment)
  }
}
