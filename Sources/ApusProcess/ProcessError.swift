// Part of Apus, Apache-2.0. See LICENSE.

/// An error in starting a process, making a pipe or writing a file, or a limit of the system.
package struct ProcessError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package struct Code: Sendable, Hashable {
    private enum Value { case cannotStart, cannotWrite, noDescriptor, tooSmall }
    private let value: Value

    /// The program cannot be started.
    package static let cannotStart = Code(value: .cannotStart)
    /// The file cannot be written or replaced.
    package static let cannotWrite = Code(value: .cannotWrite)
    /// The system has no free descriptor for this process.
    package static let noDescriptor = Code(value: .noDescriptor)
    /// A limit of the system is below what is needed.
    package static let tooSmall = Code(value: .tooSmall)
  }

  package let code: Code
  /// What was tried, why it failed, and what to do.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
