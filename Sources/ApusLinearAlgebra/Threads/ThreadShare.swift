// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// How many threads a call of linear algebra may use here and now.
enum ThreadShare {
  /// The share of the surrounding map's task in the process's budget.
  static var current: Int { ThreadBudget.share }
}
