// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

extension BLAS {
  /// Runs `body` with at most `count` threads in each call of linear algebra; the size of the operation still
  /// decides whether several are worth it.
  ///
  /// Scopes nest; the smallest number applies. The limit covers what `body` calls on its own thread, and ends
  /// with it, also when it throws. Tasks of a parallel map run on other threads, with their share of the
  /// budget; to limit those, call this within the task.
  ///
  /// ```swift
  /// let product = BLAS.withThreads(1) { a * b }
  /// ```
  /// - Parameters:
  ///   - count: at least 1.
  ///   - body: what runs, once.
  public static func withThreads<Output, Failure: Error>(
    _ count: Int, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    require(count >= 1, "Linear algebra needs at least 1 thread, not \(count).")
    return try ThreadLimit.with(atMost: count, body)
  }

  /// Runs `body` with exactly `count` threads in each call of a library, whatever the size, for measurements.
  ///
  /// A library whose number belongs to the process still uses 1 while other calls are running, and
  /// ``withThreads(_:_:)`` limits this number too, whichever is the inner scope.
  ///
  /// - Parameters:
  ///   - count: at least 1; it is cut to the budget.
  ///   - body: what runs, once.
  public static func withThreads<Output, Failure: Error>(
    exactly count: Int, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    require(count >= 1, "Linear algebra needs at least 1 thread, not \(count).")
    _ = current  // The choice of a library sets the budget.
    let allowed = min(count, LinearAlgebraBudget.current.count)
    return try ThreadLimit.with(exactly: allowed, body)
  }

  /// Runs additions and multiplications in registers only, and returns their number; timed, this gives the peak speed
  /// of a core.
  ///
  /// - Parameter rounds: about ten million take 0.1 s.
  package static func exerciseCore(rounds: Int) -> Int { NativeCore.exercise(rounds: rounds) }
}
