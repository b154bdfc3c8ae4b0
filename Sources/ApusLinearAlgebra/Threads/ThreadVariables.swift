// Part of Apus, Apache-2.0. See LICENSE.

/// The environment variables that the library in use has for its number of threads.
enum ThreadVariables {
  /// Those of the backend in the innermost scope, if there is a scope.
  @TaskLocal static var scoped: [String]?
  /// Those of the process's backend, once one has been chosen.
  static let process = ThreadVariablesStorage()

  static var current: [String] { scoped ?? process.value }
}
