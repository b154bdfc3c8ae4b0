// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization

/// Gives each call of a library its number of threads, by the cheapest means that the library has.
///
/// A library whose number is the process's is kept at 1. A call that is worth more gets it if no other call
/// is inside the library, sets the number, and sets it back; calls that come meanwhile wait for it, because
/// they too would run with its number: BLIS would start that many threads for each, and OpenBLAS on OpenMP
/// frees buffers that they use. While others are inside, a call runs on one thread. So single-threaded calls
/// do not wait for each other, and tasks of a parallel map, whose share is one thread, never wait.
final class ThreadGovernor: Sendable {
  let control: ThreadControl
  let policy: ThreadPolicy
  /// How many calls are inside; -1 is one that has set the number.
  private let inside = Atomic<Int>(0)

  init(control: ThreadControl, policy: ThreadPolicy) {
    self.control = control
    self.policy = policy
  }

  /// Runs one call of the library.
  ///
  /// - Parameters:
  ///   - work: about how many multiplications it makes.
  ///   - narrow: the lesser of rows and columns of a product's result.
  @inline(__always)
  func run<Output>(
    _ operation: ThreadPolicy.Operation, work: Double, narrow: Int = .max, _ body: () -> Output
  ) -> Output {
    if control.scope == .fixed { return body() }
    let count = threads(operation, work: work, narrow: narrow)
    if control.scope == .callingThread {
      let before = control.count
      control.set(count)
      defer { if let before { control.set(before) } }
      return body()
    }
    if count > 1 && enterAlone() {
      control.set(count)
      defer {
        control.set(1)
        inside.store(0, ordering: .releasing)
      }
      return body()
    }
    enter()
    defer { inside.wrappingSubtract(1, ordering: .releasing) }
    return body()
  }

  private func enterAlone() -> Bool {
    inside.compareExchange(expected: 0, desired: -1, ordering: .acquiringAndReleasing).exchanged
  }

  private func enter() {
    var seen = inside.load(ordering: .relaxed)
    while true {
      if seen < 0 {
        ThreadBudget.yield()
        seen = inside.load(ordering: .relaxed)
        continue
      }
      let (isDone, now) = inside.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if isDone { return }
      seen = now
    }
  }

  /// The number of threads for a call here and now.
  func threads(_ operation: ThreadPolicy.Operation, work: Double, narrow: Int) -> Int {
    if let exact = ThreadLimit.exact {
      return min(exact, BLASStorage.shared.limit.load(ordering: .relaxed))
    }
    if work < 1e5 { return 1 }
    return policy.threads(operation, work: work, narrow: narrow, limit: ThreadShare.current)
  }
}
