// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization

/// Gives each call of a library its number of threads, by the cheapest means that the library has.
///
/// A library whose number is the process's is kept at 1. A call that is worth more gets it if no other call
/// is inside the library, sets the number, and sets it back; calls that come meanwhile wait for it, because
/// they too would run with its number: BLIS would start that many threads for each, and OpenBLAS on OpenMP
/// frees buffers that they use. While others are inside, a call runs on one thread. So single-threaded calls
/// do not wait for each other, and tasks of a parallel map, whose share is one thread, never wait. Only an
/// OpenBLAS that was built without threads, and so without locks, has one call at a time.
final class ThreadGovernor: Sendable {
  let control: ThreadControl
  let policy: ThreadPolicyStorage
  /// How many calls are inside; -1 is one that has set the number.
  private let inside = Atomic<Int>(0)

  /// Held by each call of a library that bears only one.
  private let turn: OneAtATime?
  /// Held by the call that has set the number, for others to wait at.
  private let alone = OneAtATime()
  /// How often a call looks again before it lets itself be woken.
  private static let looks = 100

  init(control: ThreadControl, isExclusive: Bool, policy: ThreadPolicyStorage) {
    self.control = control
    turn = isExclusive ? OneAtATime() : nil
    self.policy = policy
    if control.scope == .process { control.set(1) }
  }

  /// Runs one call of the library.
  ///
  /// - Parameters:
  ///   - shape: its dimensions.
  ///   - experience: what such calls have taken so far.
  @inline(__always)
  func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape,
    experience: ThreadExperienceStorage, _ body: () -> Output
  ) -> Output {
    if control.scope == .fixed { return isolated(body) }
    return experience.run(operation, shape, plan: policy.plan(operation, shape)) {
      run(on: $0, body)
    }
  }

  /// Runs a call of a library whose number of threads is what it is.
  @inline(__always)
  private func isolated<Output>(_ body: () -> Output) -> Output {
    turn.map { $0.run(body) } ?? body()
  }

  /// Runs a call on so many threads, or on one if others are inside; says whether it had several.
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
        inside.store(0, ordering: .releasing)
      }
      return (alone.run { control.openMP.map { $0.run(on: count, body) } ?? body() }, true)
    }
    enter()
    defer { inside.wrappingSubtract(1, ordering: .releasing) }
    return (control.openMP.map { $0.run(on: 1, body) } ?? body(), false)
  }

  private func enterAlone() -> Bool {
    inside.compareExchange(expected: 0, desired: -1, ordering: .acquiringAndReleasing).exchanged
  }

  private func enter() {
    var seen = inside.load(ordering: .relaxed)
    var looks = 0
    while true {
      if seen < 0 {
        looks += 1
        if looks < Self.looks { ThreadBudget.yield() } else { alone.run {} }
        seen = inside.load(ordering: .relaxed)
        continue
      }
      let (isDone, now) = inside.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if isDone { return }
      seen = now
    }
  }
}

/// Lets one call in at a time.
private final class OneAtATime: Sendable {
  private let taken = Mutex(())

  func run<Output>(_ body: () -> Output) -> Output {
    var output: Output?
    taken.withLock { _ in output = body() }
    guard let output else { preconditionFailure("The call did not run.") }
    return output
  }
}
