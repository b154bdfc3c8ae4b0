// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization

/// A map in worker processes whose elements are taken one by one and whose results are taken by one consumer.
final class RemoteResultsStorage<Inputs: Sequence, Function: RemoteFunction>: @unchecked Sendable
where Inputs: Sendable, Inputs.Element == Function.Input {
  // `iterator` and `pending` are used by the thread that runs the map only; everything else is constant or behind the mutex.

  typealias Outcome = Result<Function.Output, RemoteFailure>
  typealias Machine = ResultsStateMachine<Outcome>
  typealias Waiter = CheckedContinuation<Machine.Element?, any Error>

  private struct State {
    var machine: Machine
    var waiter: Waiter?
    /// What ended the map early.
    var fatal: (any Error)?
    var hasThrown = false
    /// Whether the thread that runs the map has left it, so that nothing of it is left.
    var hasEnded = false
    /// Wakes the thread that runs the map.
    var wake: (@Sendable () -> Void)?
  }

  private let state: Mutex<State>
  private let map: RemoteMap<Function>
  private let cancellation = CancellationWord()
  private var iterator: Inputs.Iterator
  /// The elements, if they can be taken more than once.
  private let collection: Inputs?
  private let taskCount: Int?
  private let waiting: (any WaitingInputs)?
  /// The elements of tasks that have not ended.
  private var pending: [Int: Function.Input] = [:]

  init(_ inputs: Inputs, _ map: RemoteMap<Function>, order: ResultOrder, lookAhead: Int) {
    state = Mutex(State(machine: Machine(order: order, lookAhead: lookAhead)))
    iterator = inputs.makeIterator()
    taskCount = RemoteMaps.knownCount(inputs)
    collection = taskCount == nil ? nil : inputs
    waiting = inputs as? any WaitingInputs
    self.map = map
    map.progress?.begin(inputs.underestimatedCount)
  }

  /// Starts the map on a thread of its own.
  func start(on place: any RemotePlace) {
    Task { try await onOwnThread { self.run(on: place) } }
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

  /// Ends the map; a waiting consumer gets a `CancellationError`.
  func cancel() {
    cancellation.set()
    state.withLock { $0.machine.cancel() }
    settle()
  }

  /// Delivers what is available to a waiting consumer, and lets the map go on.
  private func settle() {
    let (waiter, delivery, wake) = state.withLock { state in
      let hadRoom = state.machine.hasWork
      var delivery = Machine.Delivery.wait
      if state.waiter != nil {
        delivery = state.machine.deliver()
        if case .wait = delivery, let fatal = state.fatal {
          delivery = state.hasThrown ? .end : .failure(fatal)
          state.hasThrown = true
        }
        if case .end = delivery, !state.hasEnded { delivery = .wait }
      }
      var waiter: Waiter?
      if case .wait = delivery {} else { swap(&waiter, &state.waiter) }
      let mustWake = cancellation.isSet || (!hadRoom && state.machine.hasWork)
      return (waiter, delivery, mustWake ? state.wake : nil)
    }
    wake?()
    switch delivery {
    case .element(let element): waiter?.resume(returning: element)
    case .end: waiter?.resume(returning: nil)
    case .failure(let error): waiter?.resume(throwing: error)
    case .wait: break
    }
  }

  // MARK: The thread that runs the map

  private func run(on place: any RemotePlace) {
    do {
      try runPool(of: place)
      state.withLock { $0.machine.endInput() }
    } catch {
      state.withLock { $0.fatal = error }
    }
    state.withLock { $0.hasEnded = true }
    settle()
  }

  private func runPool(of place: any RemotePlace) throws {
    try map.options.validate(onThreads: false)
    let file = try map.checkpoint.map {
      try CheckpointFile($0, try map.header(), count: taskCount)
    }
    if let collection { try file?.check(collection) }
    let function = try EncodedFunction(map.function, map.taskStreams)
    let pool = try place.makePool(for: function)
    defer {
      state.withLock { $0.wake = nil }
      pool.stop()
    }
    state.withLock { $0.wake = pool.waker }
    waiting?.wakeWhenReady(pool.waker)
    try pool.run(
      job(function.bytes, file),
      TaskLedger(count: taskCount, retries: map.options.retries, stopsAtFailure: false),
      map.options)
  }

  private func job(_ function: [UInt8], _ file: CheckpointFile?) -> MapJob {
    MapJob(
      function: function, keepsResults: file != nil,
      element: { index, writer in
        guard let element = self.take(index) else { return .ended }
        try BinaryEncoder.encode(element, to: writer)
        guard let file, file.contains(index),
          let known = try file.result(of: index, element: BinaryEncoder.canonical(element))
        else { return .encoded }
        self.finish(index, .success(try file.decode(Function.Output.self, known, index)), worker: 0)
        return .known
      },
      finish: { index, attempt, worker, reader in
        let result = reader.unread
        let output = try BinaryDecoder.decode(Function.Output.self, from: &reader)
        if let file, let element = self.pending[index] {
          try file.append(
            index, attempt: attempt, element: try BinaryEncoder.canonical(element),
            result: Array(result))
        }
        self.finish(index, .success(output), worker: worker)
      },
      fail: { failure in
        let element = self.pending[failure.index]
        let complete = element.map { self.map.completed(failure, $0) } ?? failure
        if !self.cancellation.isSet { try file?.append(complete) }
        self.finish(failure.index, .failure(complete), worker: failure.worker)
      },
      isCancelled: { [cancellation] in cancellation.isSet },
      hasRoom: {
        self.state.withLock { $0.machine.hasWork } && self.waiting?.hasNext ?? true
      })
  }

  /// The element at an index: that of a task which is begun again, or the next one; nil after the last.
  private func take(_ index: Int) -> Function.Input? {
    if let known = pending[index] { return known }
    guard case .pull(index) = state.withLock({ $0.machine.work() }) else { return nil }
    let element = iterator.next()
    state.withLock { $0.machine.pulled(hasInput: element != nil) }
    if let element { pending[index] = element }
    return element
  }

  private func finish(_ index: Int, _ outcome: Outcome, worker: Int) {
    pending[index] = nil
    switch outcome {
    case .success: map.progress?.record(done: 1, failed: 0, worker: worker)
    case .failure: map.progress?.record(done: 0, failed: 1, worker: worker)
    }
    state.withLock { $0.machine.finish(index, .success(outcome)) }
    settle()
  }
}
