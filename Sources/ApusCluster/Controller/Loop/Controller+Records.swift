// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// What is kept of requests and results.
extension Controller {
  /// Keeps a record, or its newer state, in memory and in the archive.
  func keep(_ record: TaskRecord) {
    if configuration.store == .none && record.isCompleted {
      records.remove(record.id)
      return
    }
    records.update(record)
    archive?.store(record.copy())
  }

  /// What became of a request.
  func state(_ id: MessageID) -> WorkLedger.State {
    if ledger.isOpen(id) { return .pending }
    return ledger.hasAnswered(id) || scheduler.hasEnded(id) ? .completed : .unknown
  }

  /// A request has been answered.
  func complete(_ id: MessageID, reply: Envelope, engine: String?) {
    guard let record = records[id] else { return }
    record.request = record.request?.kept
    record.reply = reply.kept
    record.received = ControllerClock.date
    record.isCompleted = true
    if let engine { record.engineUUID = engine }
    keep(record)
  }

  /// A request has ended without its engine.
  func completeWithError(_ id: MessageID, _ error: RemoteError, engine: String?) {
    let message = maker.message(
      .applyReply, content: error.content, parent: records[id]?.request?.header ?? Array("{}".utf8),
      metadata: failureMetadata(engine), date: ControllerClock.date)
    complete(id, reply: Envelope(message), engine: engine)
  }

  /// `[topic, delimiter, …]` of an engine goes on to all clients; what belongs to a request is kept with it.
  func handleOutput(_ parcel: Parcel) {
    guard let envelope = accept(parcel, identities: 0, on: sockets.outputEngines) else { return }
    noteOutput(parcel)
    _ = sockets.outputClients.send(parcel)
    if envelope.delimiter > 0, parcel.withFrame(0, { $0.endsWith(".status") }) { return }
    do {
      let header = try envelope.readHeader()
      if header.type.rawValue == "shutdown_reply" {
        if let engine = registry.engine(uuid: header.session) { depart(engine, .told) }
        return
      }
      guard let id = try envelope.readParentID(), let record = records[id] else { return }
      if record.output.add(header.type, try JSONValue(envelope.content), envelope.content) {
        keep(record)
      }
    } catch {
      refuse(error, on: sockets.outputEngines)
    }
  }
}

extension Span<UInt8> {
  func endsWith(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    return count >= length && holds(text, at: count - length..<count)
  }
}

extension TaskOutput {
  /// The most characters of a stream that are kept.
  static let longestStream = 1 << 20

  /// Takes in what an engine has published; false if it is of no interest.
  mutating func add(_ type: MessageType, _ content: JSONValue, _ bytes: [UInt8]) -> Bool {
    switch type.rawValue {
    case "stream":
      let text = content["text"]?.string ?? ""
      if content["name"]?.string == "stderr" {
        Self.append(text, to: &stderr)
      } else {
        Self.append(text, to: &stdout)
      }
    case "error": error = bytes
    case "execute_input": executeInput = content["code"]?.string
    case "execute_result": executeResult = bytes
    default: return false
    }
    return true
  }

  private static func append(_ text: String, to stream: inout String) {
    if stream.utf8.count < longestStream { stream += text }
  }
}
