// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization

/// Gives each call of a library its number of threads, by the cheapest means that the library offers.
///
/// A library whose number belongs to the process is kept at 1. A call that is worth more threads gets them if
/// no other call is running in the library: it sets the number, and sets it back. Calls that arrive meanwhile
/// wait for it, because they too would run with its number: BLIS would start that many threads for each, and
/// OpenBLAS on OpenMP frees buffers that they use. While other calls are running, a call runs on one thread.
/// So single-threaded calls do not wait for each other, and tasks of a parallel map, whose share is one
/// thread, never wait. Only an OpenBLAS built without threads, and so without locks, runs one call at a time.
final class ThreadGovernor: Sendable {
  let control: ThreadControl
  let policy: ThreadPolicyStorage
  /// The number of calls running in the library; -1 is one call that has set the number of threads.
  private let activeCalls = Atomic<Int>(0)

  /// Held by each call of a library that allows only one at a time.
  private let serialCallLock: CallLock?
  /// Held by the call that has set the number of threads; others wait for it here.
  private let threadedCallLock = CallLock()
  /// The number of times that a waiting call polls before it blocks.
  private static let polls = 100

  init(control: ThreadControl, isExclusive: Bool, policy: ThreadPolicyStorage) {
    self.control = control
    serialCallLock = isExclusive ? CallLock() : nil
    self.policy = policy
    if control.scope == .process { control.set(1) }
  }

  /// Runs one call of the library.
  ///
  /// - Parameters:
  ///   - shape: its dimensions.
  ///   - choices: what was learned from past calls.
  @inline(__always)
  func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape,
    choices: ThreadChoiceStorage, _ body: () -> Output
  ) -> Output {
    if control.scope == .fixed { return isolated(body) }
    return choices.run(operation, shape, plan: policy.plan(operation, shape)) {
      run(on: $0, body)
    }
  }

  /// Runs a call of a library whose number of threads is fixed.
  @inline(__always)
  private func isolated<Output>(_ body: () -> Output) -> Output {
    serialCallLock.map { $0.run(body) } ?? body()
  }

  /// Runs a call on `count` threads, or on one if other calls are running; returns whether it had several.
  @inline(__always)
  private func run<Output>(
    on count: Int, _ body: () -> Output
  ) -> (output: Output, threaded: Bool) {
    if control.scope == .callingThread {
      let before = control.exchange(count)
      defer { if let before { control.restore(before) } }
      return (body(), count > 1)
    }
    if count > 1 && enterAlone() {
      control.set(count)
      defer {
        control.set(1)
        activeCalls.store(0, ordering: .releasing)
      }
      return (
        threadedCallLock.run { control.openMP.map { $0.run(on: count, body) } ?? body() }, true
      )
    }
    enter()
    defer { activeCalls.wrappingSubtract(1, ordering: .releasing) }
    return (control.openMP.map { $0.run(on: 1, body) } ?? body(), false)
  }

  private func enterAlone() -> Bool {
    activeCalls.compareExchange(expected: 0, desired: -1, ordering: .acquiringAndReleasing)
      .exchanged
  }

  private func enter() {
    var seen = activeCalls.load(ordering: .relaxed)
    var polls = 0
    while true {
      if seen < 0 {
        polls += 1
        if polls < Self.polls { ThreadBudget.yield() } else { threadedCallLock.run {} }
        seen = activeCalls.load(ordering: .relaxed)
        continue
      }
      let (isDone, now) = activeCalls.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if isDone { return }
      seen = now
    }
  }
}

/// Lets one call run at a time.
private final class CallLock: Sendable {
  private let taken = Mutex(())

  func run<Output>(_ body: () -> Output) -> Output {
    var output: Output?
    taken.withLock { _ in output = body() }
    guard let output else { fatalError("The call did not run.") }
    return output
  }
}
