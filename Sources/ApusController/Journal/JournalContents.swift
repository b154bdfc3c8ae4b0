// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// What the entries of a journal add up to; a pure value.
package struct JournalContents {
  /// An engine that had joined, and where it runs.
  package struct Member {
    package let id: EngineID
    package let number: Int
    package let host: String?
    package let process: Int?
  }

  /// A request and what became of it.
  package struct Request {
    package var accepted: JournalEntry.Accepted
    /// The engine that had it last; nil if it waits.
    package var engine: EngineID?
    package var attempts: JournalEntry.Attempts?
    package var finished: JournalEntry.Finished?
  }

  /// How often a controller has begun to write.
  package private(set) var epoch = 0
  package private(set) var engines: [Member] = []
  /// The number of the next engine.
  package private(set) var nextNumber = 0
  package private(set) var requests: [MessageID: Request] = [:]
  /// What is known of the ends of requests whose entries are gone.
  package private(set) var outcomes: [MessageID: JournalEntry.Finished] = [:]
  package private(set) var lastSerial = 0
  package private(set) var lastOrder = 0
  private var answered: Set<MessageID> = []

  package init() {}

  /// Whether there is nothing that a controller could take over.
  package var isEmpty: Bool { engines.isEmpty && requests.isEmpty }

  /// Takes in the next entry.
  package mutating func apply(_ entry: JournalEntry) {
    switch entry {
    case .started(let number, let next):
      epoch = max(epoch, number + 1)
      nextNumber = max(nextNumber, next)
    case .joined(let id, let number, let host, let process):
      nextNumber = max(nextNumber, number + 1)
      engines.removeAll { $0.id == id || $0.number == number }
      engines.append(Member(id: id, number: number, host: host, process: process))
    case .left(let id): engines.removeAll { $0.id == id }
    case .accepted(let request): accept(request)
    case .assigned(let id, let engine): requests[id]?.engine = engine
    case .waiting(let id, let attempts):
      requests[id]?.engine = nil
      requests[id]?.attempts = attempts
    case .finished(let end): finish(end)
    case .removed(let ids):
      for id in ids {
        requests[id] = nil
        outcomes[id] = nil
        answered.remove(id)
      }
    case .answered(let id): answered.insert(id)
    }
  }

  private mutating func accept(_ request: JournalEntry.Accepted) {
    lastSerial = max(lastSerial, request.serial)
    epoch = max(epoch, request.epoch + 1)
    if requests[request.id] != nil { return }
    requests[request.id] = Request(
      accepted: request, engine: request.engine, finished: outcomes.removeValue(forKey: request.id))
  }

  private mutating func finish(_ end: JournalEntry.Finished) {
    lastOrder = max(lastOrder, end.order)
    epoch = max(epoch, end.epoch + 1)
    if requests[end.id] == nil { outcomes[end.id] = end } else { requests[end.id]?.finished = end }
  }

  /// Those that have ended, in the order of their answers, then those that engines have, so that these have no room for others,
  /// and then those that wait, in the order of their arrival.
  package var inOrder: [Request] {
    let ended = requests.values.filter { $0.finished != nil }
      .sorted { ($0.finished?.order ?? 0) < ($1.finished?.order ?? 0) }
    let open = requests.values.filter { $0.finished == nil }
      .sorted { $0.accepted.serial < $1.accepted.serial }
    return ended + open.filter { $0.engine != nil } + open.filter { $0.engine == nil }
  }

  /// Whether the answer to a request still waits for its client, because it ended under another controller than that to which
  /// the client had sent it.
  ///
  /// Nothing else is sent twice: a client of Python takes an answer that it has for an error of its connection. One of Swift
  /// asks again for what it lacks.
  package func lacksAnswer(_ request: Request) -> Bool {
    guard let end = request.finished, request.accepted.hasClient else { return false }
    return end.epoch != request.accepted.epoch && !answered.contains(end.id)
  }
}
