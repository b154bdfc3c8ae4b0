// Part of Apus, Apache-2.0. See LICENSE.

/// A file or folder of a profile that cannot be used.
package struct ProfileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package struct Code: Sendable, Hashable {
    private enum Value { case unreadable, unwritable }
    private let value: Value

    /// The file is missing or cannot be read.
    package static let unreadable = Code(value: .unreadable)
    /// The file or folder cannot be written.
    package static let unwritable = Code(value: .unwritable)
  }

  package let code: Code
  /// Which file, and what is wrong with it.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
