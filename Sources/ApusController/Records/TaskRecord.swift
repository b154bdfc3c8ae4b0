// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The record of one request: its message, its reply and its printed output.
///
/// The messages are kept as received; their parts are read only when a client asks for them. It is an object because it
/// changes a few times in its life and is hardly ever read: copying it at each change would cost more than the rest of
/// a task.
package final class TaskRecord {
  /// The channel by which it came.
  package enum Channel: String, Sendable, Hashable { case mux, task, broadcast }

  package let id: MessageID
  package var request: Envelope?
  package var reply: Envelope?
  package var channel: Channel?
  /// Whether it has ended.
  package var isCompleted = false
  package var received: WireDate?
  /// The engine that a finished request ran on, or the one that its client chose.
  ///
  /// For an unfinished task the scheduler knows it.
  package var engine: EngineID?
  package var resubmitted: MessageID?
  package var output = TaskOutput()
  /// Whether its buffers were dropped to stay within the memory limit.
  package var hasDroppedBuffers = false
  /// Whether it is in the controller's journal.
  package var isJournaled = false
  private var known = Known()

  /// What the table of records has counted for it.
  var counted: (bytes: Int, isUnfinished: Bool)?

  /// Facts that cannot be read from the messages.
  private struct Known {
    var submitted: WireDate?
    var started: WireDate?
    var completed: WireDate?
    var client: String?
  }

  package init(_ id: MessageID) { self.id = id }

  /// A copy that later changes do not affect.
  package func copy() -> TaskRecord {
    let copy = TaskRecord(id)
    copy.request = request
    copy.reply = reply
    copy.channel = channel
    copy.isCompleted = isCompleted
    copy.received = received
    copy.engine = engine
    copy.resubmitted = resubmitted
    copy.output = output
    copy.hasDroppedBuffers = hasDroppedBuffers
    copy.isJournaled = isJournaled
    copy.known = known
    return copy
  }

  /// The size of its messages and output, in bytes.
  package var byteCount: Int {
    (request?.byteCount ?? 0) + (reply?.byteCount ?? 0) + output.byteCount
  }

  /// When its client sent it.
  package var submitted: WireDate? {
    get { known.submitted ?? (try? request?.readHeader())?.date }
    set { known.submitted = newValue }
  }

  /// When its engine began.
  package var started: WireDate? {
    get { known.started ?? (try? reply?.readReplyMetadata())?.started }
    set { known.started = newValue }
  }

  /// When its engine answered; nil if it has not ended.
  package var completed: WireDate? {
    get {
      guard isCompleted else { return nil }
      return known.completed ?? (try? reply?.readHeader())?.date ?? received
    }
    set {
      known.completed = newValue
      isCompleted = newValue != nil
    }
  }

  /// The session of its client.
  package var clientUUID: String? {
    get { known.client ?? (try? request?.readHeader())?.session }
    set { known.client = newValue }
  }
}

extension TaskRecord {
  /// The keys of a record, as queries name them.
  package static let keys = [
    "msg_id", "header", "metadata", "content", "buffers", "submitted", "client_uuid",
    "engine_uuid", "started", "completed", "resubmitted", "received", "result_header",
    "result_metadata", "result_content", "result_buffers", "queue", "execute_input",
    "execute_result", "error", "stdout", "stderr", "label",
  ]

  /// The JSON of one key; null for buffers.
  package func text(_ key: String) -> JSONText {
    switch key {
    case "msg_id": .string(id.text)
    case "header": checked(request?.header)
    case "metadata": checked(request?.metadata)
    case "content": checked(request?.content)
    case "result_header": checked(reply?.header)
    case "result_metadata": checked(reply?.metadata)
    case "result_content": checked(reply?.content)
    case "execute_result": checked(output.executeResult)
    case "error": checked(output.error)
    case "submitted": date(submitted)
    case "started": date(started)
    case "completed": date(completed)
    case "received": date(received)
    case "client_uuid": string(clientUUID)
    case "engine_uuid": string(engine?.uuid)
    case "resubmitted": string(resubmitted?.text)
    case "queue": string(channel == .broadcast ? nil : channel?.rawValue)
    case "execute_input": output.executeInput?.text ?? .null
    case "stdout": output.stdout.text
    case "stderr": output.stderr.text
    case "label": label
    default: .null
    }
  }

  /// The value of one key, for comparisons.
  ///
  /// - Parameter bytes: is increased by the bytes that were read.
  package func value(_ key: String, bytes: inout Int) -> RecordValue {
    switch key {
    case "submitted": submitted.map { .date($0) } ?? .json(.null)
    case "started": started.map { .date($0) } ?? .json(.null)
    case "completed": completed.map { .date($0) } ?? .json(.null)
    case "received": received.map { .date($0) } ?? .json(.null)
    case "buffers", "result_buffers": .json(.null)
    default: json(key, &bytes)
    }
  }

  private func json(_ key: String, _ bytes: inout Int) -> RecordValue {
    let text = text(key)
    bytes += text.bytes.count * 8
    return .json((try? JSONValue(text.bytes)) ?? .null)
  }

  /// What a peer wrote, byte for byte, if it is JSON, else null, because a reply with anything else could not be
  /// parsed.
  private func checked(_ bytes: [UInt8]?) -> JSONText {
    guard let bytes, let text = try? JSONText(checking: bytes) else { return .null }
    return text
  }

  /// The member `label` of the request's metadata.
  private var label: JSONText {
    guard let metadata = request?.metadata, var members = try? JSONMembers(metadata.span) else {
      return .null
    }
    while let member = try? members.next(metadata.span) {
      if metadata.span.holds("label", at: member.key) {
        return checked(metadata.span.copy(member.value))
      }
    }
    return .null
  }

  private func date(_ date: WireDate?) -> JSONText {
    date.map { .string($0.description) } ?? .null
  }

  private func string(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  /// The entry for it in the reply to a `result_request`.
  package var result: JSONText {
    let io = ["execute_input", "execute_result", "error", "stdout", "stderr"]
    let direct = ["header", "metadata", "result_metadata", "result_header", "result_content"]
    return JSONText(
      object: direct.map { ($0, text($0)) } + [
        ("received", text("received")), ("io", JSONText(object: io.map { ($0, text($0)) })),
      ])
  }
}
