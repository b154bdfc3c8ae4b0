// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The policy that a backend's calls follow: that of its kind until a calibration replaces it.
final class ThreadPolicyStorage: Sendable {
  private let policy: Mutex<ThreadPolicy>

  init(_ policy: ThreadPolicy) { self.policy = Mutex(policy) }

  var current: ThreadPolicy { policy.withLock { $0 } }

  /// Follows another policy from then on.
  func follow(_ new: ThreadPolicy) { policy.withLock { $0 = new } }

  /// The plan for a call in the current context, before past calls are considered.
  func plan(_ operation: ThreadPolicy.Operation, _ shape: CallShape) -> ThreadPolicy.Plan {
    if let exact = ThreadLimit.exact {
      return .certain(
        min(exact, ThreadLimit.current ?? exact, ProcessThreadLimit.current))
    }
    if shape.work < 1e5 { return .certain(1) }
    let limit = ThreadShare.current
    if limit == 1 { return .certain(1) }
    let isPart = ThreadLimit.isPart == true
    return policy.withLock {
      isPart
        ? .certain($0.partThreads(operation, shape, limit: limit))
        : $0.plan(operation, shape, limit: limit)
    }
  }
}
