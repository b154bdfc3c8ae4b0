// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog
import ApusTransport
import ApusWire

/// The bytes of an entry: its kind, and its parts one after the other, numbers as eight bytes, texts and frames behind their
/// counts.
extension JournalEntry {
  /// What a segment begins with.
  package static let magic = Array("APUSJRN1".utf8)

  /// The first byte of an entry.
  enum Kind: UInt8 {
    case started, joined, left, accepted, assigned, waiting, finished, removed, answered
  }

  /// Appends the entry in its frame.
  package func append(to bytes: inout [UInt8]) {
    RecordFrame.append(to: &bytes) { bytes in write(to: &bytes) }
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .started(let epoch, let nextNumber):
      bytes.append(Kind.started.rawValue)
      bytes.append(number: epoch)
      bytes.append(number: nextNumber)
    case .joined(let engine, let number, let host, let process):
      bytes.append(Kind.joined.rawValue)
      bytes.append(text: engine.uuid)
      bytes.append(number: number)
      bytes.append(text: host ?? "")
      bytes.append(number: process ?? 0)
    case .left(let engine):
      bytes.append(Kind.left.rawValue)
      bytes.append(text: engine.uuid)
    case .accepted(let request): request.write(to: &bytes, kind: Kind.accepted.rawValue)
    case .assigned(let id, let engine):
      bytes.append(Kind.assigned.rawValue)
      bytes.append(text: id.text)
      bytes.append(text: engine.uuid)
    case .waiting(let id, let attempts):
      bytes.append(Kind.waiting.rawValue)
      bytes.append(text: id.text)
      bytes.append(number: attempts.retries)
      bytes.append(texts: attempts.refusedBy.map(\.uuid))
    case .finished(let request): request.write(to: &bytes, kind: Kind.finished.rawValue)
    case .removed(let ids):
      bytes.append(Kind.removed.rawValue)
      bytes.append(texts: ids.map(\.text))
    case .answered(let id):
      bytes.append(Kind.answered.rawValue)
      bytes.append(text: id.text)
    }
  }

  /// Reads an entry; nil if the bytes are none.
  package init?(_ record: ArraySlice<UInt8>) {
    var reader = JournalReader(record)
    guard let kind = reader.byte().flatMap({ Kind(rawValue: $0) }),
      let entry = Self.read(kind, &reader)
    else { return nil }
    self = entry
  }

  private static func read(_ kind: Kind, _ reader: inout JournalReader) -> JournalEntry? {
    switch kind {
    case .started:
      guard let epoch = reader.number(), let next = reader.number() else { return nil }
      return .started(epoch: epoch, nextNumber: next)
    case .joined:
      guard let engine = reader.text(), let number = reader.number(), let host = reader.text(),
        let process = reader.number()
      else { return nil }
      return .joined(
        EngineID(engine), number: number, host: host.isEmpty ? nil : host,
        process: process == 0 ? nil : process)
    case .left: return reader.text().map { .left(EngineID($0)) }
    case .accepted: return Accepted(&reader).map { .accepted($0) }
    case .assigned:
      guard let id = reader.text(), let engine = reader.text() else { return nil }
      return .assigned(MessageID(id), EngineID(engine))
    case .waiting:
      guard let id = reader.text(), let retries = reader.number(), let engines = reader.texts()
      else { return nil }
      return .waiting(
        MessageID(id), Attempts(retries: retries, refusedBy: engines.map { EngineID($0) }))
    case .finished: return Finished(&reader).map { .finished($0) }
    case .removed: return reader.texts().map { .removed($0.map { MessageID($0) }) }
    case .answered: return reader.text().map { .answered(MessageID($0)) }
    }
  }
}

extension JournalEntry.Accepted {
  fileprivate func write(to bytes: inout [UInt8], kind: UInt8) {
    bytes.append(kind)
    bytes.append(text: id.text)
    bytes.append(number: serial)
    bytes.append(number: epoch)
    bytes.append(number: channel.rawValue)
    bytes.append(text: engine?.uuid ?? "")
    bytes.append(hasClient ? 1 : 0)
    bytes.append(lacksBuffers ? 1 : 0)
    bytes.append(message, withBuffers: !lacksBuffers)
  }

  fileprivate init?(_ reader: inout JournalReader) {
    guard let id = reader.text(), let serial = reader.number(), let epoch = reader.number(),
      let channel = reader.number().flatMap({ EngineChannel(rawValue: $0) }),
      let engine = reader.text(), let hasClient = reader.byte(), let lacks = reader.byte(),
      let message = reader.envelope()
    else { return nil }
    self.init(
      id: MessageID(id), serial: serial, epoch: epoch, channel: channel,
      engine: engine.isEmpty ? nil : EngineID(engine), hasClient: hasClient == 1,
      lacksBuffers: lacks == 1, message: message)
  }
}

extension JournalEntry.Finished {
  fileprivate func write(to bytes: inout [UInt8], kind: UInt8) {
    bytes.append(kind)
    bytes.append(text: id.text)
    bytes.append(number: order)
    bytes.append(number: epoch)
    bytes.append(text: engine?.uuid ?? "")
    bytes.append(number: received.microseconds)
    bytes.append(hasSucceeded ? 1 : 0)
    bytes.append(reply == nil ? 0 : 1)
    if let reply { bytes.append(reply, withBuffers: true) }
  }

  fileprivate init?(_ reader: inout JournalReader) {
    guard let id = reader.text(), let order = reader.number(), let epoch = reader.number(),
      let engine = reader.text(), let received = reader.number(), let succeeded = reader.byte(),
      let hasReply = reader.byte()
    else { return nil }
    let reply = hasReply == 1 ? reader.envelope() : nil
    if hasReply == 1 && reply == nil { return nil }
    self.init(
      id: MessageID(id), order: order, epoch: epoch,
      engine: engine.isEmpty ? nil : EngineID(engine),
      received: WireDate(microseconds: received), hasSucceeded: succeeded == 1, reply: reply)
  }
}

extension [UInt8] {
  /// Appends the frames of a message from its delimiter on.
  fileprivate mutating func append(_ message: Envelope, withBuffers: Bool) {
    let end = withBuffers ? message.parcel.count : message.firstBuffer
    append(number: end - message.delimiter)
    for index in message.delimiter..<end {
      append(number: message.parcel.byteCount(index))
      message.parcel.append(index, to: &self)
    }
  }
}
