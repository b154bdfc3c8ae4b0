// Part of Apus, Apache-2.0. See LICENSE.

/// An option or a setting that cannot be used.
package struct ControllerSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error.
  package struct Code: Sendable, Hashable {
    private enum Value { case unknownOption, missingValue, invalidValue }
    private let value: Value

    /// There is no such option.
    package static let unknownOption = Code(value: .unknownOption)
    /// The option needs a value.
    package static let missingValue = Code(value: .missingValue)
    /// The value of an option or a setting cannot be used.
    package static let invalidValue = Code(value: .invalidValue)
  }

  package let code: Code
  /// What is wrong, and what to do instead.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
