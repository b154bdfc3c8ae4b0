// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// What is kept of one request, its reply and what was printed meanwhile.
///
/// The messages stay as they came; their parts are taken out only when somebody asks. It is an object, because
/// it changes a few times in its life and is looked at hardly ever: a copy for each change would cost more than
/// all the rest of a task.
package final class TaskRecord {
  /// By which way it came.
  package enum Channel: String, Sendable, Hashable { case mux, task, broadcast }

  package let id: MessageID
  package var request: Envelope?
  package var reply: Envelope?
  package var channel: Channel?
  /// Whether it has ended.
  package var isCompleted = false
  package var received: WireDate?
  package var engineUUID: String?
  package var resubmitted: MessageID?
  package var output = TaskOutput()
  /// Whether its buffers were dropped to keep within the limit of bytes.
  package var lacksBuffers = false
  private var known = Known()

  /// What the table that keeps it has counted of it.
  var counted: (bytes: Int, isUnfinished: Bool)?

  /// What is not to be read from the messages.
  private struct Known {
    var submitted: WireDate?
    var started: WireDate?
    var completed: WireDate?
    var client: String?
  }

  package init(_ id: MessageID) { self.id = id }

  /// One that no later change reaches.
  package func copy() -> TaskRecord {
    let copy = TaskRecord(id)
    copy.request = request
    copy.reply = reply
    copy.channel = channel
    copy.isCompleted = isCompleted
    copy.received = received
    copy.engineUUID = engineUUID
    copy.resubmitted = resubmitted
    copy.output = output
    copy.lacksBuffers = lacksBuffers
    copy.known = known
    return copy
  }

  /// Bytes of its messages and of its output.
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

  /// When its engine answered; nil while it has not ended.
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

/// What a task printed, showed and raised, as its engine published it.
package struct TaskOutput: Sendable, Hashable {
  package var executeInput: String?
  package var executeResult: [UInt8]?
  package var error: [UInt8]?
  package var stdout = ""
  package var stderr = ""

  package init() {}

  package var byteCount: Int {
    stdout.utf8.count + stderr.utf8.count + (executeResult?.count ?? 0) + (error?.count ?? 0)
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

  /// The JSON of one key; buffers have none.
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
    case "engine_uuid": string(engineUUID)
    case "resubmitted": string(resubmitted?.text)
    case "queue": string(channel == .broadcast ? nil : channel?.rawValue)
    case "execute_input": string(output.executeInput)
    case "stdout": .string(output.stdout)
    case "stderr": .string(output.stderr)
    case "label": (try? JSONValue(request?.metadata ?? []))?["label"].map { JSONText($0) } ?? .null
    default: .null
    }
  }

  /// The value of one key, for comparisons.
  package func value(_ key: String) -> RecordValue {
    switch key {
    case "submitted": submitted.map { .date($0) } ?? .json(.null)
    case "started": started.map { .date($0) } ?? .json(.null)
    case "completed": completed.map { .date($0) } ?? .json(.null)
    case "received": received.map { .date($0) } ?? .json(.null)
    case "buffers", "result_buffers": .json(.null)
    default: .json((try? JSONValue(text(key).bytes)) ?? .null)
    }
  }

  /// What others wrote, if it is JSON throughout; a reply with anything else could not be read.
  private func checked(_ bytes: [UInt8]?) -> JSONText {
    guard let bytes, (try? JSONValue(bytes)) != nil else { return .null }
    return JSONText(trusted: bytes)
  }

  private func date(_ date: WireDate?) -> JSONText {
    date.map { .string($0.description) } ?? .null
  }

  private func string(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  /// What a `result_request` answers about it.
  package var result: JSONText {
    let io = ["execute_input", "execute_result", "error", "stdout", "stderr"]
    let direct = ["header", "metadata", "result_metadata", "result_header", "result_content"]
    return JSONText(
      object: direct.map { ($0, text($0)) } + [
        ("received", text("received")), ("io", JSONText(object: io.map { ($0, text($0)) })),
      ])
  }
}
