// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A request that is submitted again under a new identifier; restrictions on where and when it may run
/// are dropped.
struct Resubmission {
  let record: TaskRecord
  let header: MessageHeader
  let envelope: Envelope

  init(
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
}
