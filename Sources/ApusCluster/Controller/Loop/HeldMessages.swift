// Part of Apus, Apache-2.0. See LICENSE.

/// Messages for engines that cannot be reached at the moment, each engine's in order, until they can or
/// their time is up.
///
/// An engine answers its first ping before its other connections are made: what comes for it in between is
/// not lost. A pure value.
struct HeldMessages<Message> {
  /// Nanoseconds that a message waits for its engine.
  static var patience: Int { 5_000_000_000 }
  /// Nanoseconds between two tries.
  static var interval: Int { 10_000_000 }

  struct Line: Hashable {
    let channel: Int
    let uuid: String
  }

  private struct Entry {
    let message: Message
    let deadline: Int
  }

  private var lines: [Line: Queue<Entry>] = [:]
  private(set) var nextTry: Int?

  var isEmpty: Bool { lines.isEmpty }

  /// Whether messages wait for an engine on a channel, so that another one has to wait behind them.
  func isWaiting(_ line: Line) -> Bool { lines[line] != nil }

  mutating func hold(_ message: Message, for line: Line, now: Int) {
    lines[line, default: Queue()].append(Entry(message: message, deadline: now + Self.patience))
    nextTry = min(nextTry ?? .max, now + Self.interval)
  }

  /// Tries to send what waits.
  ///
  /// - Parameter send: sends one and tells whether it was sent.
  /// - Returns: those whose time is up.
  mutating func retry(
    now: Int, send: (Message, Line) -> Bool
  ) -> [(Message, Line)] {
    guard let time = nextTry, time <= now else { return [] }
    var late: [(Message, Line)] = []
    for (line, queue) in lines {
      var queue = queue
      while let first = queue.first {
        if first.deadline <= now {
          late.append((first.message, line))
        } else if !send(first.message, line) {
          break
        }
        _ = queue.popFirst()
      }
      lines[line] = queue.isEmpty ? nil : queue
    }
    nextTry = lines.isEmpty ? nil : now + Self.interval
    return late
  }

  /// Takes out what waits for an engine that is gone.
  mutating func remove(_ uuid: String) -> [(Message, Line)] {
    var removed: [(Message, Line)] = []
    for (line, queue) in lines where line.uuid == uuid {
      var queue = queue
      while let entry = queue.popFirst() { removed.append((entry.message, line)) }
      lines[line] = nil
    }
    return removed
  }
}
