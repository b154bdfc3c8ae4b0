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

  /// The messages for one engine on one channel.
  package struct Line: Hashable, Sendable {
    package let channel: EngineChannel
    package let engine: EngineID

    init(_ message: EngineMessage) { (channel, engine) = (message.channel, message.engine) }
  }

  private struct Held {
    let message: EngineMessage
    let deadline: Instant
  }

  private var lines: [Line: Queue<Held>] = [:]
  package private(set) var nextRetry: Instant?

  package init() {}

  package var isEmpty: Bool { lines.isEmpty }

  /// Whether earlier messages for the same engine and channel are held, so that this one must wait behind them.
  package func mustWait(_ message: EngineMessage) -> Bool {
    !lines.isEmpty && lines[Line(message)] != nil
  }

  /// Holds a message behind the others of its line.
  package mutating func hold(_ message: EngineMessage, now: Instant) {
    lines[Line(message), default: Queue()].append(
      Held(message: message, deadline: now + Self.timeout))
    nextRetry = min(nextRetry ?? .distantFuture, now + Self.retryInterval)
  }

  /// The lines to try again, if a retry is due, and the messages that have timed out, which are removed.
  ///
  /// - Complexity: O(lines + messages that have timed out).
  package mutating func takeDue(now: Instant) -> (lines: [Line], late: [EngineMessage]) {
    guard let time = nextRetry, time <= now else { return ([], []) }
    var late: [EngineMessage] = []
    for line in sorted(lines.keys) {
      while let first = lines[line]?.first, first.deadline <= now {
        late.append(first.message)
        removeFirst(of: line)
      }
    }
    nextRetry = lines.isEmpty ? nil : now + Self.retryInterval
    return (sorted(lines.keys), late)
  }

  /// The message of a line that must be sent next.
  package func first(of line: Line) -> EngineMessage? { lines[line]?.first?.message }

  /// Removes the first message of a line, which has been sent.
  package mutating func removeFirst(of line: Line) {
    _ = lines[line]?.popFirst()
    if lines[line]?.isEmpty == true { lines[line] = nil }
    if lines.isEmpty { nextRetry = nil }
  }

  /// Removes and returns the messages for an engine that has left.
  package mutating func remove(_ engine: EngineID) -> [EngineMessage] {
    if lines.isEmpty { return [] }
    var removed: [EngineMessage] = []
    for line in sorted(lines.keys.filter { $0.engine == engine }) {
      while let message = first(of: line) {
        removed.append(message)
        removeFirst(of: line)
      }
    }
    return removed
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
    if lines.contains(where: { line, held in held.first.map { Line($0.message) } != line }) {
      violations.append("each message is in its line")
    }
    return violations
  }

  private func sorted(_ lines: some Sequence<Line>) -> [Line] {
    lines.sorted { ($0.engine.uuid, $0.channel.rawValue) < ($1.engine.uuid, $1.channel.rawValue) }
  }
}
