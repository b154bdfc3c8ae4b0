// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization

/// How many threads a call of linear algebra may use here and now.
enum ThreadShare {
  /// The share of the surrounding map's task in the process's budget, or what ``BLAS/withThreads(_:_:)``
  /// allows if that is less.
  static var current: Int {
    let budget = LinearAlgebraBudget.current.count
    let share = min(
      ThreadBudget.share(of: budget), BLASStorage.shared.limit.load(ordering: .relaxed))
    return ThreadLimit.current.map { min($0, share) } ?? share
  }
}

/// What `withThreads` says to code that it surrounds.
enum ThreadLimit {
  /// No more threads than this.
  @TaskLocal static var current: Int?
  /// So many threads whatever the size.
  @TaskLocal static var exact: Int?
  /// Whether calls are parts of one that is compared itself, so that they need not be.
  @TaskLocal static var isPart: Bool?
}

extension BLAS {
  /// Runs `body` with at most `count` threads in each call of linear algebra; the operation's size still
  /// decides whether several are worth it.
  ///
  /// Scopes nest; the least number counts. It holds for what `body` calls on its thread and ends with it, also
  /// by an error. Tasks of a parallel map run on other threads, with their share of the budget; to limit those,
  /// write it within the task.
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
    precondition(count >= 1, "Linear algebra needs at least 1 thread, not \(count).")
    let least = min(count, ThreadLimit.current ?? count)
    return try scoped(ThreadLimit.$current, least, body)
  }

  /// Runs `body` with exactly `count` threads in each call of a library, whatever the size, to measure.
  ///
  /// A library whose number is the process's still uses 1 while other calls are inside, and
  /// ``withThreads(_:_:)`` limits this too, whichever is the inner one.
  ///
  /// - Parameters:
  ///   - count: at least 1; more than the budget's is cut to that.
  ///   - body: what runs, once.
  public static func withThreads<Output, Failure: Error>(
    exactly count: Int, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    precondition(count >= 1, "Linear algebra needs at least 1 thread, not \(count).")
    let allowed = min(count, LinearAlgebraBudget.current.count)
    return try scoped(ThreadLimit.$exact, allowed, body)
  }

  /// Runs the parts of a call with threads wherever they may pay, whatever such calls have taken.
  static func withThreadedParts<Output>(_ body: () -> Output) -> Output {
    scoped(ThreadLimit.$isPart, true, body)
  }

  private static func scoped<Value: Sendable, Output, Failure: Error>(
    _ local: TaskLocal<Value?>, _ value: Value, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    var result: Result<Output, Failure>?
    local.withValue(value) { result = Result(catching: body) }
    guard let result else { preconditionFailure("The body did not run.") }
    return try result.get()
  }
}
