// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization

/// The number of threads that a call of linear algebra may use in the current context.
enum ThreadShare {
  /// The current task's share of the process's budget, or the limit of ``BLAS/withThreads(_:_:)`` if that is
  /// less.
  static var current: Int {
    let budget = LinearAlgebraBudget.current.count
    let share = min(
      ThreadBudget.share(of: budget), ProcessThreadLimit.current)
    return ThreadLimit.current.map { min($0, share) } ?? share
  }
}

/// The settings that `withThreads` makes for the code in its scope.
enum ThreadLimit {
  /// The largest number of threads.
  @TaskLocal static var current: Int?
  /// The number of threads, whatever the size.
  @TaskLocal static var exact: Int?
  /// Whether calls are parts of a larger call that is itself timed, so that they need not be.
  @TaskLocal static var isPart: Bool?

  /// Runs `body` with at most `count` threads in each call; nested limits apply together.
  static func with<Output, Failure: Error>(
    atMost count: Int, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    try scoped($current, min(count, current ?? count), body)
  }

  /// Runs `body` with exactly `count` threads in each call of a library.
  static func with<Output, Failure: Error>(
    exactly count: Int, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    try scoped($exact, count, body)
  }

  /// Runs the parts of a call with threads wherever these may pay, without regard to past calls.
  static func withThreadedParts<Output>(_ body: () -> Output) -> Output {
    scoped($isPart, true, body)
  }

  private static func scoped<Value: Sendable, Output, Failure: Error>(
    _ local: TaskLocal<Value?>, _ value: Value, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    var result: Result<Output, Failure>?
    local.withValue(value) { result = Result(catching: body) }
    guard let result else { fatalError("The body did not run.") }
    return try result.get()
  }
}
