// Part of Apus, Apache-2.0. See LICENSE.

/// The order in which ``ParallelResults`` delivers its results.
public enum ResultOrder: Sendable, Hashable {
  /// The order in which tasks finish.
  case completion
  /// The order of the input; a finished result waits for those before it.
  case input
}

/// The state shared by a lazy input, the workers that pull from it, and one consumer.
///
/// It is a pure value: it never locks, waits or calls user code. Inputs in progress and results not
/// yet consumed together never exceed `lookAhead`; this provides the back-pressure.
package struct ResultsStateMachine<Output> {
  package typealias Element = (index: Int, value: Output)

  /// What a worker does next.
  package enum Work: Equatable {
    /// Take the next input, which gets this index; no other worker takes one meanwhile.
    case pull(index: Int)
    /// Nothing to do for now; a later `pulled` or `deliver` can bring new work.
    case rest
  }

  /// What the consumer gets.
  package enum Delivery {
    case element(Element)
    case end
    case failure(any Error)
    case wait
  }

  private enum Input { case open, pulling, ended }

  let order: ResultOrder
  let lookAhead: Int
  private var input = Input.open
  private var nextIndex = 0
  private var nextDelivered = 0
  private var inWork = 0
  /// Results not yet consumed, and the order in which they were finished.
  private var finished: [Int: Output] = [:]
  private var sequence: [Int] = []
  private var taken = 0
  private var failure: TaskFailure?
  private var hasThrown = false
  private var isCancelled = false

  package init(order: ResultOrder, lookAhead: Int) {
    self.order = order
    self.lookAhead = lookAhead
  }
}

extension ResultsStateMachine {
  /// Whether another worker would find something to do.
  package var hasWork: Bool {
    input == .open && failure == nil && !isCancelled && inWork + finished.count < lookAhead
  }

  /// Returns what a worker should do next.
  package mutating func work() -> Work {
    guard hasWork else { return .rest }
    input = .pulling
    inWork += 1
    defer { nextIndex += 1 }
    return .pull(index: nextIndex)
  }

  /// Notes that the worker that pulled has an input or has reached the end.
  package mutating func pulled(hasInput: Bool) {
    input = hasInput ? .open : .ended
    if !hasInput { inWork -= 1 }
  }

  /// Records the result of a task.
  package mutating func finish(_ index: Int, _ result: Result<Output, any Error>) {
    inWork -= 1
    switch result {
    case .success(let value):
      finished[index] = value
      if order == .completion { sequence.append(index) }
    case .failure(let error):
      if failure.map({ index < $0.index }) ?? true {
        failure = TaskFailure(index: index, underlying: error)
      }
    }
  }

  /// Returns what the consumer gets next.
  package mutating func deliver() -> Delivery {
    if isCancelled { return .failure(CancellationError()) }
    if let element = take() { return .element(element) }
    if inWork > 0 { return .wait }
    guard let failure else { return input == .ended ? .end : .wait }
    if hasThrown { return .end }
    hasThrown = true
    return .failure(failure)
  }

  private mutating func take() -> Element? {
    switch order {
    case .input:
      guard let value = finished.removeValue(forKey: nextDelivered) else { return nil }
      defer { nextDelivered += 1 }
      return (nextDelivered, value)
    case .completion:
      guard taken < sequence.count else { return nil }
      let index = sequence[taken]
      taken += 1
      if taken == sequence.count || taken > lookAhead {
        sequence.removeFirst(taken)
        taken = 0
      }
      return finished.removeValue(forKey: index).map { (index, $0) }
    }
  }

  /// Notes that all inputs have been pulled.
  package mutating func endInput() { input = .ended }

  /// Stops pulling, since the consumer is gone or was cancelled.
  package mutating func cancel() { isCancelled = true }
}
