// Part of Apus, Apache-2.0. See LICENSE.

/// The order in which ``ParallelResults`` gives its results.
public enum ResultOrder: Sendable, Hashable {
  /// As they are finished.
  case completion
  /// As the inputs come; a finished result waits for those before it.
  case input
}

/// What happens between a lazy input, the workers that pull from it, and one consumer.
///
/// A pure value: it never locks, waits or calls the user's code. Inputs in work and results not
/// taken yet are together never more than `lookAhead`; that is the back-pressure.
struct ResultsStateMachine<Output> {
  typealias Element = (index: Int, value: Output)

  /// What a worker does next.
  enum Work: Equatable {
    /// Take the next input, which gets this index. Nobody else takes one meanwhile.
    case pull(index: Int)
    /// Nothing to do now; a later `consume` brings new work.
    case rest
  }

  /// What the consumer gets.
  enum Delivery {
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
  /// Results that nobody has taken, and the order in which they were finished.
  private var finished: [Int: Output] = [:]
  private var sequence: [Int] = []
  private var taken = 0
  private var failure: TaskFailure?
  private var hasThrown = false
  private var isCancelled = false

  init(order: ResultOrder, lookAhead: Int) {
    self.order = order
    self.lookAhead = lookAhead
  }
}

extension ResultsStateMachine {
  /// Whether another worker would find something to do.
  var hasWork: Bool {
    input == .open && failure == nil && !isCancelled && inWork + finished.count < lookAhead
  }

  /// A worker asks for work.
  mutating func work() -> Work {
    guard hasWork else { return .rest }
    input = .pulling
    inWork += 1
    defer { nextIndex += 1 }
    return .pull(index: nextIndex)
  }

  /// The worker that pulled has an input, or has found the end.
  mutating func pulled(hasInput: Bool) {
    input = hasInput ? .open : .ended
    if !hasInput { inWork -= 1 }
  }

  /// A task has ended.
  mutating func finish(_ index: Int, _ result: Result<Output, any Error>) {
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

  /// The consumer wants the next result.
  mutating func deliver() -> Delivery {
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

  /// The consumer is gone or was cancelled: nothing more is pulled.
  mutating func cancel() { isCancelled = true }
}
