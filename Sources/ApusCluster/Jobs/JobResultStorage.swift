// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// What becomes of a job, and who waits for it.
final class JobResult<Output: Sendable>: Sendable {
  private typealias Waiter = CheckedContinuation<Output, any Error>

  private struct State {
    var result: Result<Output, any Error>?
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  var isSet: Bool { state.withLock { $0.result != nil } }

  func set(_ result: Result<Output, any Error>) {
    let waiters = state.withLock { state in
      state.result = result
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume(with: result) }
  }

  var value: Output {
    get async throws {
      let number = state.withLock { state in
        state.nextWaiter += 1
        return state.nextWaiter
      }
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { waiter in
          let known = state.withLock { state -> Result<Output, any Error>? in
            if let result = state.result { return result }
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters[number] = waiter
            return nil
          }
          if let known { waiter.resume(with: known) }
        }
      } onCancel: {
        state.withLock { $0.waiters.removeValue(forKey: number) }?
          .resume(throwing: CancellationError())
      }
    }
  }
}
