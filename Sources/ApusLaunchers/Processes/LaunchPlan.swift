// Part of Apus, Apache-2.0. See LICENSE.

/// One process to start: its role, its command and what it is given.
package struct LaunchPlan: Sendable, Hashable {
  package enum Role: String, Sendable, Hashable { case controller, engine }

  package let role: Role
  /// The program's path or name and its arguments.
  package let command: [String]
  /// All environment variables.
  package let environment: [String: String]
  /// The file that receives standard output and error.
  package let output: String
  /// A descriptor of this process through which the started one reports, as its number 3.
  package var report: Int32?
  /// The standard input; nil for none.
  ///
  /// It stays open until the launcher ends or lets go of it.
  package var input: String?

  package init(
    role: Role, command: [String], environment: [String: String], output: String,
    report: Int32? = nil
  ) {
    self.role = role
    self.command = command
    self.environment = environment
    self.output = output
    self.report = report
  }
}
