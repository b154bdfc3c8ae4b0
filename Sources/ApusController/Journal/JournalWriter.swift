// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog
package import ApusTransport
package import ApusWire

/// Makes the entries of a controller's journal, which are on disk before anything that follows from them is sent.
///
/// A value: the bytes come out of ``take()``.
package struct JournalWriter {
  private var bytes: [UInt8] = []
  package let epoch: Int
  private var serial: Int
  private var order: Int

  /// - Parameter contents: what was in the journal before.
  package init(after contents: JournalContents) {
    epoch = contents.epoch
    serial = contents.lastSerial
    order = contents.lastOrder
    write(.started(epoch: epoch, nextNumber: contents.nextNumber))
  }

  /// Removes and returns what must be written.
  package mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  package var isEmpty: Bool { bytes.isEmpty }

  package mutating func write(_ entry: JournalEntry) { entry.append(to: &bytes) }

  /// Writes an entry of an old segment as it was.
  package mutating func write(again entry: OldEntry) {
    RecordFrame.append(to: &bytes) { $0 += entry.record }
  }

  /// Notes a request that has come in.
  package mutating func accept(
    _ id: MessageID, _ message: Envelope, _ channel: EngineChannel, engine: EngineID?,
    hasClient: Bool
  ) {
    serial += 1
    write(
      .accepted(
        JournalEntry.Accepted(
          id: id, serial: serial, epoch: epoch, channel: channel, engine: engine,
          hasClient: hasClient, lacksBuffers: channel != .task, message: message)))
  }

  /// Notes the end of a request.
  package mutating func finish(
    _ id: MessageID, _ reply: Envelope, engine: EngineID?, at date: WireDate
  ) {
    order += 1
    let status = try? reply.readReplyMetadata(details: false).status
    write(
      .finished(
        JournalEntry.Finished(
          id: id, order: order, epoch: epoch, engine: engine, received: date,
          hasSucceeded: status == .ok, reply: reply)))
  }
}
