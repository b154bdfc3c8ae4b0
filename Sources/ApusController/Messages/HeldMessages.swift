// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Messages for engines that cannot be reached at the moment, kept in order for each engine and channel
/// until they can be sent or time out.
///
/// An engine answers its first ping before its other connections are made, and messages sent to it in
/// between must not be lost. A pure value.
package struct HeldMessages {
  /// How long a message is held.
  package static let timeout = Duration.seconds(5)
  /// The time between two attempts.
  package static let retryInterval = Duration.milliseconds(10)

  private struct Line: Hashable {
    let channel: EngineChannel
    let engine: EngineID

    init(_ message: EngineMessage) { (channel, engine) = (message.channel, message.engine) }
  }

  private var lines: [Line: [EngineMessage]] = [:]
  package private(set) var nextRetry: Instant?

  package init() {}

  package var isEmpty: Bool { lines.isEmpty }

  /// Whether earlier messages for the same engine and channel are held, so that this one must wait behind them.
  package func mustWait(_ message: EngineMessage) -> Bool {
    !lines.isEmpty && lines[Line(message)] != nil
  }

  /// Holds a message; one that was held before keeps its deadline.
  package mutating func hold(_ message: EngineMessage, now: Instant) {
    var message = message
    message.deadline = message.deadline ?? now + Self.timeout
    lines[Line(message), default: []].append(message)
    nextRetry = min(nextRetry ?? .distantFuture, now + Self.retryInterval)
  }

  /// Hands out all messages when a retry is due: those to send now, and those that have timed out.
  ///
  /// Messages that still cannot be sent must be held again, in order.
  package mutating func takeDue(
    now: Instant
  ) -> (retries: [EngineMessage], late: [EngineMessage]) {
    guard let time = nextRetry, time <= now else { return ([], []) }
    let all = sorted(lines)
    lines = [:]
    nextRetry = nil
    return (all.filter { $0.deadline ?? now > now }, all.filter { $0.deadline ?? now <= now })
  }

  /// Removes and returns the messages for an engine that has left.
  package mutating func remove(_ engine: EngineID) -> [EngineMessage] {
    if lines.isEmpty { return [] }
    let removed = lines.filter { $0.key.engine == engine }
    for line in removed.keys { lines[line] = nil }
    if lines.isEmpty { nextRetry = nil }
    return sorted(removed)
  }

  /// The engines for which messages are held.
  package var engines: Set<EngineID> { Set(lines.keys.map(\.engine)) }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    var violations: [String] = []
    if lines.values.contains(where: \.isEmpty) { violations.append("no line is empty") }
    if lines.isEmpty != (nextRetry == nil) {
      violations.append("held messages are tried again, and nothing else is")
    }
    for (line, messages) in lines {
      if messages.contains(where: { Line($0) != line || $0.deadline == nil }) {
        violations.append("each message is in its line and times out")
      }
    }
    return violations
  }

  private func sorted(_ lines: [Line: [EngineMessage]]) -> [EngineMessage] {
    let order = lines.keys.sorted {
      ($0.engine.uuid, $0.channel.rawValue) < ($1.engine.uuid, $1.channel.rawValue)
    }
    return order.flatMap { lines[$0] ?? [] }
  }
}
