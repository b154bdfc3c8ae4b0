// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The copies of one broadcast for its engines: only header and signature differ, all other frames share
/// memory.
struct BroadcastCopies {
  private let envelope: Envelope
  /// The header before and after its `msg_id`.
  private let before: [UInt8]
  private let after: [UInt8]
  /// The metadata and the other signed frames.
  private let metadata: [UInt8]
  private let parent: [UInt8]
  private let content: [UInt8]
  private let shared = Parcel()

  init(_ envelope: Envelope, _ metadata: [UInt8]) throws(WireError) {
    self.envelope = envelope
    self.metadata = metadata
    parent = envelope.parent
    content = envelope.content
    let header = envelope.header
    let span = header.span
    var members = try JSONMembers(span)
    var name: Range<Int>?
    while let member = try members.next(span) {
      if span.holds("msg_id", at: member.key) { name = member.value }
    }
    guard let name else { throw WireError(.malformed, "a header without msg_id") }
    before = Array(header[..<name.lowerBound])
    after = Array(header[name.upperBound...])
    shared.append(WireMessage.delimiter)
    shared.append(metadata)
  }

  /// The header of the copy with this `msg_id`.
  func header(_ name: String) -> [UInt8] {
    before + JSONText.string(name).bytes + after
  }

  /// The frames of the copy with this header, from the client's routing identity on.
  func parcel(_ header: [UInt8], _ signer: MessageSigner) -> Parcel {
    let parcel = Parcel()
    parcel.append(envelope.parcel, 0)
    parcel.append(shared, 0)
    parcel.append(signer.sign([header, parent, metadata, content]))
    parcel.append(header)
    parcel.append(envelope.parcel, envelope.delimiter + 3)
    parcel.append(shared, 1)
    parcel.append(envelope.parcel, envelope.delimiter + 5)
    for index in envelope.firstBuffer..<envelope.parcel.count {
      parcel.append(envelope.parcel, index)
    }
    return parcel
  }
}
