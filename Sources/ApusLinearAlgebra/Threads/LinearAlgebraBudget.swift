// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// How many threads linear algebra may use in this process, and who said so.
///
/// What the program has set by ``ApusParallel/ThreadBudget`` or `APUS_NUM_THREADS` comes first, then the
/// variable that the library in use has for itself, then the budget as it is.
package struct LinearAlgebraBudget: Sendable, Hashable {
  package let count: Int
  /// The name of the variable, or the budget's own source.
  package let source: String

  /// Variables that libraries have for themselves.
  static func variables(of kind: LibraryKind) -> [String] {
    switch kind {
    case .openBLAS: ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS"]
    case .mkl: ["MKL_NUM_THREADS"]
    case .blis, .aocl: ["BLIS_NUM_THREADS"]
    case .accelerate: ["VECLIB_MAXIMUM_THREADS"]
    case .flexiBLAS, .other: []
    }
  }

  /// The rule as a function of what it looks at.
  static func resolved(
    budget: ThreadBudget, kind: LibraryKind?, environment: (String) -> String?
  ) -> LinearAlgebraBudget {
    if ![.program, .apusVariable].contains(budget.source) {
      for name in kind.map(variables) ?? [] {
        if let text = environment(name), let count = Int(text.filter { $0 != " " }), count >= 1 {
          return LinearAlgebraBudget(count: min(count, 1024), source: name)
        }
      }
    }
    return LinearAlgebraBudget(count: budget.count, source: budget.source.rawValue)
  }
}
