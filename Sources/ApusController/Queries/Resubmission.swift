// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A request that is submitted again under a new identifier; restrictions on where and when it may run
/// are dropped.
struct Resubmission {
  let record: TaskRecord
  let header: MessageHeader
  let envelope: Envelope

  private init(
    _ record: TaskRecord, _ request: Envelope, _ exchange: inout MessageExchange
  ) throws(WireError) {
    let id = exchange.nextID()
    let header = try JSONText.object(
      request.header,
      replacing: [
        ("msg_id", .string(id.text)), ("date", .string(exchange.date.description)),
      ])
    let message = WireMessage(header: header, parent: request.header, content: request.content)
    let identity = Array(TaskRouting.resubmitter.description.utf8)
    let draft = Envelope(
      message, identities: [identity], signature: exchange.signer.sign(message.signedFrames))
    for index in request.firstBuffer..<request.parcel.count {
      draft.parcel.append(request.parcel, index)
    }
    self.record = record
    envelope = try Envelope(draft.parcel)
    self.header = try envelope.readHeader()
  }

  /// Makes new messages for all these requests.
  ///
  /// - Throws: `KeyError` if a request or its arguments are not kept any more.
  static func all(
    _ ids: [MessageID], _ found: [TaskRecord], _ exchange: inout MessageExchange
  ) throws(RemoteError) -> [Resubmission] {
    let records = Dictionary(found.map { ($0.id, $0) }) { $1 }
    let missing = ids.filter { records[$0]?.request == nil }
    guard missing.isEmpty else {
      throw RemoteError("KeyError", "No such msg(s): \(missing.map(\.text))")
    }
    if let light = ids.first(where: { records[$0]?.hasDroppedBuffers ?? false }) {
      throw RemoteError(
        "KeyError", "the arguments of \(light) are not kept any more; they were too large")
    }
    var all: [Resubmission] = []
    for id in ids {
      guard let record = records[id], let request = record.request else { continue }
      do throws(WireError) {
        all.append(try Resubmission(record, request, &exchange))
      } catch {
        throw RemoteError("ValueError", error.message)
      }
    }
    return all
  }
}
