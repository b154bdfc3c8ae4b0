// Part of Apus, Apache-2.0. See LICENSE.

extension ThreadBudget {
  /// How many threads code may use where it is called: all of the budget outside of maps, within a task of a
  /// map the part of one of its workers, at least 1.
  ///
  /// Libraries that start threads of their own ask here, so that tasks of a parallel map do not together
  /// start more than the machine has cores for. Apus's linear algebra does.
  ///
  /// ```swift
  /// (0..<100).parallelForEach(workers: 4) { _ in
  ///   print(ThreadBudget.share)   // 2 on a machine of 8 cores
  /// }
  /// ```
  /// - Complexity: O(1).
  public static var share: Int { share(of: current.count) }

  /// The same of another number of threads than the budget's.
  package static func share(of count: Int) -> Int {
    guard let loop = Thread.currentLoop else { return count }
    return max(1, count / max(1, min(loop.root.workers, loop.root.count)))
  }
}
