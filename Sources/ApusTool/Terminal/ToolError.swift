// Part of Apus, Apache-2.0. See LICENSE.

/// An error reported to the user in one line: what was wrong, where, and what to do.
struct ToolError: Error, Equatable {
  static let badInput: Int32 = 2
  static let failed: Int32 = 1
  static let undecided: Int32 = 3

  let message: String
  let status: Int32

  /// Something in the arguments or the input files is wrong: status 2.
  static func input(_ message: String) -> ToolError {
    ToolError(message: message, status: badInput)
  }

  /// The input was good, but something failed: status 1.
  static func failure(_ message: String) -> ToolError {
    ToolError(message: message, status: failed)
  }
}
