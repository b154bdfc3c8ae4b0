// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire
import Testing

/// Short ways to write engines and times in tests.
extension EngineID: ExpressibleByStringLiteral {
  /// Makes the identifier of an engine.
  public init(stringLiteral value: String) { self.init(value) }
}

extension Instant: ExpressibleByIntegerLiteral {
  /// Nanoseconds.
  public init(integerLiteral value: Int) { self.init(nanoseconds: value) }
}

extension TaskScheduler {
  /// Handles an event and checks what must be true after each.
  ///
  /// Invariants take time that grows with the tasks, so they are checked while there are few.
  @discardableResult
  mutating func event(
    _ event: Event, at now: Instant = 0, location: SourceLocation = #_sourceLocation
  ) -> Outcome {
    let outcome = handle(event, at: now)
    if unfinishedCount < 500 {
      #expect(violatedInvariants() == [], sourceLocation: location)
    }
    return outcome
  }
}

extension TaskScheduler.Outcome {
  /// The name of the case, for comparisons.
  var name: String {
    switch self {
    case .none: "none"
    case .repeated: "repeated"
    case .finished: "finished"
    case .retried: "retried"
    case .unknownReply: "unknownReply"
    case .aborted: "aborted"
    }
  }
}
