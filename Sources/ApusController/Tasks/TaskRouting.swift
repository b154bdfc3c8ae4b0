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
    records.begin(id, envelope, .task)
    perform(&records, &exchange)
  }

  /// Hands the scheduler an event that comes without a message.
  package mutating func handle(
    _ event: TaskScheduler<TaskCall>.Event, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) {
    noteEngines(before: event, &records)
    _ = scheduler.handle(event, at: exchange.now)
    perform(&records, &exchange)
  }

  /// Notes in the records where tasks were that lose their engine; they may wait for another one from then on.
  private func noteEngines(
    before event: TaskScheduler<TaskCall>.Event, _ records: inout RecordKeeping
  ) {
    switch event {
    case .engineGone(let engine, _):
      for id in scheduler.tasks(at: engine) { records.noteEngine(engine, of: id) }
    case .sendFailed(let id, let engine): records.noteEngine(engine, of: id)
    default: break
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
      if metadata.status != .aborted { completed.add(id, by: engine, now: exchange.now) }
      records.complete(id, reply: envelope, engine: engine, at: exchange.date)
      if !envelope.parcel.holds(Self.resubmitter, at: 1) {
        exchange.sendReply(envelope.parcel, on: .taskClients)
      }
    case .unknownReply:
      exchange.log(.debug, "a reply of \(engine) to \(id), which is not running there")
    case .retried: records.noteEngine(engine, of: id)
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
      let message = exchange.message(
        .applyReply, status, parent: call.envelope.header, metadata: status)
      records.complete(id, reply: Envelope(message), engine: nil, at: exchange.date)
      if call.hasClient { exchange.send(message, to: [call.client], on: .taskClients) }
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
          exchange.send(
            EngineMessage(
              parcel: call.envelope.parcel, engine: engine, channel: .task, purpose: .task(id)))
        case .fail(let call, let id, let error, let engine):
          fail(call, id, error, at: engine, &records, &exchange)
        }
      }
      actions.removeAll(keepingCapacity: true)
    }
  }

  private func fail(
    _ call: TaskCall, _ id: TaskID, _ error: RemoteError, at engine: EngineID?,
    _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    records.fail(id, error, engine: engine, &exchange)
    guard call.hasClient else { return }
    exchange.send(
      .applyReply, error.content, parent: call.envelope.header,
      metadata: MessageExchange.failureMetadata(engine), to: [call.client], on: .taskClients)
  }
}
