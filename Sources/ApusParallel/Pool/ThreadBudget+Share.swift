// Part of Apus, Apache-2.0. See LICENSE.

extension ThreadBudget {
  /// The number of threads that the calling code may use: the whole budget outside of maps, one worker's
  /// share of it within a task of a map, at least 1.
  ///
  /// Libraries that start their own threads should use it, so that the tasks of a parallel map do not
  /// together start more threads than there are cores. Apus's linear algebra does.
  ///
  /// ```swift
  /// (0..<100).parallelForEach(workers: 4) { _ in
  ///   print(ThreadBudget.share)   // 2 on a machine with 8 cores
  /// }
  /// ```
  /// - Complexity: O(1).
  public static var share: Int { share(of: current.count) }

  /// Returns the same share of `count` threads instead of the budget.
  package static func share(of count: Int) -> Int {
    guard let loop = Thread.currentLoop else { return count }
    return max(1, count / max(1, loop.tasksAtOnce))
  }
}
