// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// The number of threads that linear algebra may use in this process, and what determined it.
///
/// ``ApusParallel/ThreadBudget`` as set by the program or `APUS_NUM_THREADS` comes first, then the
/// environment variable of the library in use, then the other sources of the budget.
package struct LinearAlgebraBudget: Sendable, Hashable {
  package let count: Int
  /// The name of the variable, or the budget's own source.
  package let source: String
  /// Messages about variables of the library that were ignored.
  package var warnings: [String] = []

  /// The budget in force for the backend in use.
  package static var current: LinearAlgebraBudget {
    resolved(budget: .current, variables: ThreadVariables.current) {
      LinearAlgebraEnvironment.current.threads($0)
    }
  }

  /// The budget that follows from the given inputs.
  ///
  /// - Parameter variables: the environment variables that the library in use has for its number of threads.
  static func resolved(
    budget: ThreadBudget, variables: [String], environment: (String) -> String?
  ) -> LinearAlgebraBudget {
    var warnings: [String] = []
    if ![.program, .apusVariable].contains(budget.source) {
      for name in variables {
        guard let text = environment(name), !text.isEmpty else { continue }
        if let count = LibraryTable.threadCountRule(of: name).count(text) {
          return LinearAlgebraBudget(count: min(count, 1024), source: name, warnings: warnings)
        }
        warnings.append(ThreadBudget.ignored(name, text))
      }
    }
    return LinearAlgebraBudget(
      count: budget.count, source: budget.source.rawValue, warnings: warnings)
  }
}
