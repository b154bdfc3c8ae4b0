// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The driver of a ``ResultsStateMachine``: queries it under a lock and acts after releasing the lock.
final class ResultsStorage<Inputs: Sequence, Output: Sendable>: @unchecked Sendable
where Inputs: Sendable, Inputs.Element: Sendable {
  // `iterator` is used only between a `.pull` and the `pulled` that answers it, of which the state
  // machine allows one at a time; everything else is constant or behind the mutex.

  typealias Machine = ResultsStateMachine<Output>
  typealias Waiter = CheckedContinuation<Machine.Element?, any Error>

  private struct State {
    var machine: Machine
    var waiter: Waiter?
    var workers = 0
  }

  private let state: Mutex<State>
  private var iterator: Inputs.Iterator
  private let transform: @Sendable (Int, Inputs.Element) throws -> Output
  private let options: LoopOptions

  init(
    _ inputs: Inputs, order: ResultOrder, lookAhead: Int, options: LoopOptions,
    transform: @escaping @Sendable (Int, Inputs.Element) throws -> Output
  ) {
    options.progress?.begin(inputs.underestimatedCount)
    state = Mutex(State(machine: Machine(order: order, lookAhead: lookAhead)))
    iterator = inputs.makeIterator()
    self.options = options
    self.transform = transform
  }

  /// Returns the next result, or nil after the last one.
  func next() async throws -> Machine.Element? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        state.withLock { state in
          require(state.waiter == nil, "Only one task at a time may take results.")
          state.waiter = waiter
        }
        settle()
      }
    } onCancel: {
      cancel()
    }
  }

  /// Stops pulling; a waiting consumer gets a `CancellationError`.
  func cancel() {
    state.withLock { $0.machine.cancel() }
    settle()
  }

  /// Delivers what is available to a waiting consumer, and submits a worker if there is work.
  private func settle() {
    let (waiter, delivery, needsWorker) = state.withLock { state in
      var delivery = Machine.Delivery.wait
      if state.waiter != nil { delivery = state.machine.deliver() }
      var waiter: Waiter?
      if case .wait = delivery {} else { swap(&waiter, &state.waiter) }
      let needsWorker = state.machine.hasWork && state.workers < options.workers
      if needsWorker { state.workers += 1 }
      return (waiter, delivery, needsWorker)
    }
    if needsWorker {
      WorkerPool.shared.submit(width: options.workers, PoolCall(), run: { self.work() }, drop: {})
    }
    switch delivery {
    case .element(let element): waiter?.resume(returning: element)
    case .end: waiter?.resume(returning: nil)
    case .failure(let error): waiter?.resume(throwing: error)
    case .wait: break
    }
  }

  /// The body of a worker: takes inputs and runs their tasks until there is nothing to do for now.
  private func work() {
    while case .pull(let index) = takeWork() {
      let input = iterator.next()
      state.withLock { $0.machine.pulled(hasInput: input != nil) }
      settle()
      guard let input else { continue }
      let result = Result { try transform(index, input) }
      state.withLock { $0.machine.finish(index, result) }
      report(result)
      settle()
    }
    settle()
  }

  /// Returns the next piece of work; a worker that gets none is no longer counted.
  private func takeWork() -> Machine.Work {
    state.withLock { state in
      let work = state.machine.work()
      if work == .rest { state.workers -= 1 }
      return work
    }
  }

  private func report(_ result: Result<Output, any Error>) {
    switch result {
    case .success: options.progress?.record(done: 1, failed: 0, worker: 0)
    case .failure: options.progress?.record(done: 0, failed: 1, worker: 0)
    }
  }
}
