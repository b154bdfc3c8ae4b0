// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire
import Logging

/// A load-balanced task as the scheduler hands it back: its message, whose first frame is its client.
package struct TaskCall {
  package let envelope: Envelope
  /// False for a task that the controller resubmitted: its reply goes to the records only.
  package let hasClient: Bool

  var client: [UInt8] { envelope.parcel.bytes(0) }
}

/// Routes load-balanced tasks from clients to engines and their replies back, as ``TaskScheduler`` decides.
package struct TaskRouting {
  package private(set) var scheduler: TaskScheduler<TaskCall>
  package private(set) var completed = CompletedWork()
  private var actions: [TaskScheduler<TaskCall>.Action] = []
  /// How often unfinished tasks have lost their engines, which may come back and have seen them.
  private var losses: [MessageID: Int] = [:]
  /// Tasks of an earlier controller, whose clients may have another name now.
  private var restored: Set<MessageID> = []
  private var ended: [(id: MessageID, reply: Envelope)] = []
  /// Whether tasks are dealt out without regard to what their metadata ask for.
  private let ignoresMetadata: Bool

  package init(scheduler: TaskScheduler<TaskCall>) {
    self.scheduler = scheduler
    ignoresMetadata = scheduler.scheme == .pure
  }

  /// The routing identity of tasks that the controller resubmits; a client's own never starts with a letter.
  package static let resubmitter: StaticString = "resubmitted"

  package mutating func nextDeadline() -> Instant? { scheduler.nextDeadline() }

  /// Takes in a task whose identifier was not used before.
  package mutating func submit(
    _ id: TaskID, _ envelope: Envelope, hasClient: Bool, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) {
    let call = TaskCall(envelope: envelope, hasClient: hasClient)
    let metadata: TaskMetadata
    do throws(WireError) {
      metadata = ignoresMetadata ? TaskMetadata() : try envelope.readTaskMetadata()
    } catch {
      fail(call, id, RemoteError("ValueError", error.message), at: nil, &records, &exchange)
      return
    }
    if case .repeated = scheduler.handle(.submitted(id, metadata, call), at: exchange.now) {
      exchange.refuse(WireError(.replayed, "a msg_id that was used before"), on: .taskClients)
      return
    }
    records.begin(id, envelope, .task, hasClient: hasClient)
    perform(&records, &exchange)
  }

  /// Takes over a task of an earlier controller, whose record is kept already.
  package mutating func restore(
    _ request: JournalContents.Request, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) {
    let (id, envelope) = (request.accepted.id, request.accepted.message)
    let call = TaskCall(envelope: envelope, hasClient: false)
    if request.accepted.hasClient { restored.insert(id) }
    let metadata = ignoresMetadata ? nil : try? envelope.readTaskMetadata()
    let past = TaskScheduler<TaskCall>.Past(engine: request.engine, attempts: request.attempts)
    _ = scheduler.handle(
      .restored(id, metadata ?? TaskMetadata(), call, past), at: exchange.now)
    if request.engine != nil, scheduler.engine(of: id) != request.engine {
      noteWaiting(id, &records)
    }
    perform(&records, &exchange)
  }

  /// Makes the answer to a task come out of ``takeEnded()``, because its client has another name now.
  ///
  /// - Returns: false if it is not unfinished.
  package mutating func redirect(_ id: MessageID) -> Bool {
    guard scheduler.isUnfinished(id) else { return false }
    restored.insert(id)
    return true
  }

  /// Removes and returns the tasks of an earlier controller that have ended, whose answers have not been sent.
  package mutating func takeEnded() -> [(id: MessageID, reply: Envelope)] {
    if ended.isEmpty { return [] }
    defer { ended = [] }
    return ended
  }

  /// Hands the scheduler an event that comes without a message.
  package mutating func handle(
    _ event: TaskScheduler<TaskCall>.Event, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) {
    let moved = noteEngines(before: event, &records)
    _ = scheduler.handle(event, at: exchange.now)
    for id in moved { noteWaiting(id, &records) }
    for id in moved where scheduler.isUnfinished(id) { losses[id, default: 0] += 1 }
    perform(&records, &exchange)
  }

  /// Notes in the records where tasks were that lose their engine; they may wait for another one from then on.
  ///
  /// - Returns: these tasks.
  private func noteEngines(
    before event: TaskScheduler<TaskCall>.Event, _ records: inout RecordKeeping
  ) -> [MessageID] {
    switch event {
    case .engineGone(let engine, _):
      let ids = scheduler.tasks(at: engine)
      for id in ids { records.noteEngine(engine, of: id) }
      return ids
    case .sendFailed(let id, let engine), .notDelivered(let id, let engine):
      guard scheduler.engine(of: id) == engine else { return [] }
      records.noteEngine(engine, of: id)
      return [id]
    default: return []
    }
  }

  /// Notes in the journal what is left to a task that has not ended with its engine.
  private func noteWaiting(_ id: MessageID, _ records: inout RecordKeeping) {
    if records.journal != nil, let attempts = scheduler.attempts(of: id) {
      records.waits(id, attempts)
    }
  }

  /// Drops the count of requests that an engine that is gone has answered.
  package mutating func forget(_ engine: EngineID) { completed.forget(engine) }

  /// Counts a request that was addressed to one engine as answered by it.
  package mutating func noteDirectReply(_ id: MessageID, by engine: EngineID, now: Instant) {
    completed.add(id, by: engine, now: now)
  }

  // MARK: Replies

  /// Takes in a task's reply `[engine, client, delimiter, …]`.
  package mutating func receiveReply(
    _ envelope: Envelope, _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) throws(WireError) {
    let engine = EngineID(envelope.parcel.text(0))
    let metadata = try envelope.readReplyMetadata(details: false)
    guard let id = try envelope.readParentID() else {
      throw WireError(.malformed, "a reply without a parent")
    }
    switch scheduler.handle(.replied(id, engine, metadata), at: exchange.now) {
    case .finished:
      losses[id] = nil
      if metadata.status != .aborted { completed.add(id, by: engine, now: exchange.now) }
      records.complete(id, reply: envelope, engine: engine, at: exchange.date)
      if restored.remove(id) != nil {
        ended.append((id, envelope.kept))
      } else if !envelope.parcel.holds(Self.resubmitter, at: 1) {
        exchange.sendReply(envelope.parcel, on: .taskClients)
      }
    case .unknownReply:
      exchange.log(.debug, "a reply of \(engine) to \(id), which is not running there")
    case .retried:
      records.noteEngine(engine, of: id)
      noteWaiting(id, &records)
    case .none, .repeated, .aborted: break
    }
    perform(&records, &exchange)
  }

  /// Answers waiting tasks that their client no longer wants, without asking an engine.
  package mutating func abort(
    _ ids: [TaskID], _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    let outcome = scheduler.handle(.abortRequested(ids), at: exchange.now)
    guard case .aborted(let aborted) = outcome else { return }
    let status = JSONText(object: [("status", .string("aborted"))])
    for (id, call) in aborted {
      losses[id] = nil
      let message = exchange.message(
        .applyReply, status, parent: call.envelope.header, metadata: status)
      records.complete(id, reply: Envelope(message), engine: nil, at: exchange.date)
      answer(call, id, message, &exchange)
    }
    perform(&records, &exchange)
  }

  // MARK: Actions

  /// Performs what the scheduler has decided.
  private mutating func perform(
    _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    while scheduler.takeActions(into: &actions) {
      for action in actions {
        switch action {
        case .send(let call, let id, let engine):
          records.assigned(engine, id)
          let envelope = losses[id].map {
            exchange.signedAnew(call.envelope, time: $0)
          }
          exchange.send(
            EngineMessage(
              parcel: (envelope ?? call.envelope).parcel, engine: engine, channel: .task,
              purpose: .task(id)))
        case .fail(let call, let id, let error, let engine):
          fail(call, id, error, at: engine, &records, &exchange)
        }
      }
      actions.removeAll(keepingCapacity: true)
    }
  }

  private mutating func fail(
    _ call: TaskCall, _ id: TaskID, _ error: RemoteError, at engine: EngineID?,
    _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    losses[id] = nil
    let message = exchange.message(
      .applyReply, error.content, parent: call.envelope.header,
      metadata: MessageExchange.failureMetadata(engine))
    records.complete(id, reply: Envelope(message), engine: engine, at: exchange.date)
    answer(call, id, message, &exchange)
  }

  /// Sends the answer that the controller gives in place of an engine.
  private mutating func answer(
    _ call: TaskCall, _ id: MessageID, _ message: WireMessage, _ exchange: inout MessageExchange
  ) {
    if restored.remove(id) != nil {
      ended.append((id, Envelope(message)))
    } else if call.hasClient {
      exchange.send(message, to: [call.client], on: .taskClients)
    }
  }
}
