// Part of Apus, Apache-2.0. See LICENSE.

/// Why a cluster could not be started.
package struct LaunchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package struct Code: Sendable, Hashable {
    private enum Value { case alreadyRunning, controllerFailed, enginesMissing }
    private let value: Value

    /// A cluster of this name is already running in the profile.
    package static let alreadyRunning = Code(value: .alreadyRunning)
    /// The controller did not start or does not answer.
    package static let controllerFailed = Code(value: .controllerFailed)
    /// Engines ended, did not join in time, or the start was interrupted.
    package static let enginesMissing = Code(value: .enginesMissing)
  }

  package let code: Code
  /// What is missing and why; the text may have many lines, with the ends of logs.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
