// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Logging

/// What the scheduler hands back of a task: its message, whose first frame is its client.
struct TaskCall {
  let envelope: Envelope
  /// False for one that the controller has submitted itself: its reply goes to the records only.
  let hasClient: Bool

  var client: [UInt8] { envelope.parcel.bytes(0) }
}

extension Controller {
  /// The first frame of tasks that the controller has submitted itself; no client's starts with a letter.
  static var ownName: StaticString { "resubmitted" }
  static var ownIdentity: [UInt8] { Array("resubmitted".utf8) }

  /// `[client, delimiter, …]`: a task for any engine.
  func handleTask(_ parcel: Parcel) {
    guard let envelope = accept(parcel, identities: 1, on: sockets.taskClients) else { return }
    do {
      submit(try envelope.readHeader(details: false), envelope, hasClient: true)
    } catch {
      refuse(error, on: sockets.taskClients)
    }
    performTaskActions()
  }

  func submit(_ header: MessageHeader, _ envelope: Envelope, hasClient: Bool) {
    let call = TaskCall(envelope: envelope, hasClient: hasClient)
    guard state(header.id) == .unknown else {
      refuse(WireError(.replayed, "a msg_id that was used before"), on: sockets.taskClients)
      return
    }
    let metadata: TaskMetadata
    do {
      metadata = configuration.scheme == .pure ? TaskMetadata() : try envelope.readTaskMetadata()
    } catch {
      fail(call, header.id, RemoteError("ValueError", error.message))
      return
    }
    ledger.beginTask(header.id)
    let record = TaskRecord(header.id)
    record.request = envelope
    record.channel = .task
    keep(record)
    if !scheduler.submit(header.id, metadata, payload: call, now: now) {
      ledger.end(header.id, isAnswered: false)
      records.remove(header.id)
    }
  }

  /// Does what the scheduler has decided.
  func performTaskActions() {
    while scheduler.takeActions(into: &taskActions) {
      for action in taskActions {
        switch action {
        case .send(let call, let id, let uuid): send(call, id, to: uuid)
        case .fail(let call, let id, let error): fail(call, id, error)
        }
      }
      taskActions.removeAll(keepingCapacity: true)
    }
  }

  private func send(_ call: TaskCall, _ id: MessageID, to uuid: String) {
    ledger.assign(id, to: uuid)
    records[id]?.engineUUID = uuid
    let message = HeldMessage(parcel: call.envelope.parcel, first: 0, purpose: .task(id))
    send(message, to: uuid, by: .task)
  }

  private func fail(_ call: TaskCall, _ id: MessageID, _ error: RemoteError) {
    let uuid = ledger.engine(of: id)
    if ledger.isOpen(id) {
      ledger.end(id, isAnswered: false)
      completeWithError(id, error, engine: uuid)
    }
    guard call.hasClient else { return }
    send(
      .applyReply, error.content, parent: call.envelope.header,
      metadata: failureMetadata(error.name == "EngineError" ? uuid : nil), to: [call.client],
      on: sockets.taskClients)
  }

  /// `[engine, client, delimiter, …]`: a task's reply.
  func handleTaskReply(_ parcel: Parcel) {
    guard let envelope = accept(parcel, identities: 2, on: sockets.taskEngines) else { return }
    do throws(WireError) {
      let uuid = parcel.text(0)
      let metadata = try envelope.readReplyMetadata(details: false)
      guard let id = try envelope.readParentID() else {
        throw WireError(.malformed, "a reply without a parent")
      }
      switch scheduler.replied(id, from: uuid, metadata, now: now) {
      case .forward: deliver(envelope, id, metadata, from: uuid)
      case .retry: ledger.unassign(id)
      case .unknown: log.debug("a reply of \(uuid) to \(id), which does not run there")
      }
    } catch {
      refuse(error, on: sockets.taskEngines)
    }
    performTaskActions()
  }

  private func deliver(
    _ envelope: Envelope, _ id: MessageID, _ metadata: ReplyMetadata, from uuid: String
  ) {
    ledger.end(id, isAnswered: metadata.status != .aborted)
    complete(id, reply: envelope, engine: uuid)
    if !envelope.parcel.holds(Self.ownName, at: 1) {
      forward(envelope.parcel, to: sockets.taskClients)
    }
  }

  /// Tasks that wait and are wanted no more are answered here, without a way to an engine and back.
  func abortQueued(_ envelope: Envelope) {
    guard let content = try? JSONValue(envelope.content), let ids = content["msg_ids"]?.strings
    else { return }
    let metadata = JSONText(object: [("status", .string("aborted"))])
    let reply = JSONText(object: [("status", .string("aborted"))])
    for (id, call) in scheduler.abort(ids.map { MessageID($0) }, now: now) {
      ledger.end(id, isAnswered: false)
      let message = maker.message(
        .applyReply, content: reply, parent: call.envelope.header, metadata: metadata,
        date: ControllerClock.date)
      complete(id, reply: Envelope(message), engine: nil)
      if call.hasClient {
        _ = sockets.taskClients.send(message.frames(identities: [call.client], signer: signer))
      }
    }
    performTaskActions()
  }
}
