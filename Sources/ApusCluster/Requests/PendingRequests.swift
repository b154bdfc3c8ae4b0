// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Requests without a reply; a value without side effects.
struct PendingRequests<Waiter> {
  private struct Pending {
    let request: ViewRequest
    let waiter: Waiter
    let deadline: Instant
    /// When the controller is asked whether it has it, and the pause before the time after that.
    var asks: Instant
    var pause = PendingRequests.firstPause
  }

  /// An answer is awaited for so long before the controller is asked; each pause is twice the one before, up to the longest.
  private static var firstPause: Duration { .seconds(4) }
  private static var longestPause: Duration { .seconds(60) }

  private var pending: [MessageID: Pending] = [:]

  var count: Int { pending.count }

  mutating func add(
    _ request: ViewRequest, _ waiter: Waiter, deadline: Instant = .distantFuture, now: Instant
  ) {
    pending[request.id] = Pending(
      request: request, waiter: waiter, deadline: deadline, asks: now + Self.firstPause)
  }

  subscript(_ id: MessageID) -> ViewRequest? { pending[id]?.request }

  /// Those that have been awaited for a while, and of which the controller is asked now.
  mutating func takeAwaited(now: Instant) -> [ViewRequest] {
    var due: [ViewRequest] = []
    for (id, one) in pending where one.asks <= now {
      due.append(one.request)
      pending[id]?.asks = now + one.pause
      pending[id]?.pause = min(one.pause * 2, Self.longestPause)
    }
    return due.sorted { $0.id.text < $1.id.text }
  }

  /// All of them, in the order of their identifiers' numbers.
  var requests: [ViewRequest] {
    pending.values.map(\.request).sorted {
      ($0.id.numbered?.number ?? 0) < ($1.id.numbered?.number ?? 0)
    }
  }

  /// Takes who waits for a request.
  mutating func take(_ id: MessageID) -> Waiter? { pending.removeValue(forKey: id)?.waiter }

  /// Takes those who wait for an engine that has left.
  mutating func take(of engine: EngineID) -> [Waiter] { take { $0.request.engine == engine } }

  /// Takes those whose time is over.
  mutating func takeExpired(now: Instant) -> [Waiter] { take { $0.deadline <= now } }

  mutating func takeAll() -> [Waiter] { take { _ in true } }

  private mutating func take(where isOver: (Pending) -> Bool) -> [Waiter] {
    let over = pending.filter { isOver($0.value) }
    for id in over.keys { pending[id] = nil }
    return over.values.map(\.waiter)
  }

  /// When the next one expires.
  var nextDeadline: Instant? { pending.values.map(\.deadline).min() }
}
