// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A message with megabytes of content, signed and put into its frame in slices.
final class LongMessage {
  /// The size from which on a content is long, in bytes.
  static let longContent = 1 << 20

  private static let pieceSize = 128 << 10

  private let identities: [[UInt8]]
  private let channel: Channel
  private let frames: [[UInt8]]
  /// The content that is still to be read, the last piece first.
  private var pieces: [[UInt8]]
  /// The position in the piece that comes next.
  private var position = 0
  private let envelopes: [Envelope]
  private let signer: MessageSigner
  private let writer: FrameWriter

  /// - Parameters:
  ///   - header: the header frame.
  ///   - content: the members of the content.
  ///   - envelopes: the messages whose buffers follow.
  init(
    header: [UInt8], parent: [UInt8], _ content: JSONListText, to identities: [[UInt8]],
    buffersOf envelopes: [Envelope], on channel: Channel, signer: MessageSigner
  ) {
    self.identities = identities
    self.channel = channel
    frames = [header, parent, JSONText.emptyObject.bytes]
    pieces = [[UInt8(ascii: "}")]] + content.chunks.reversed() + [[UInt8(ascii: "{")]]
    self.envelopes = envelopes
    self.signer = signer.copy
    writer = FrameWriter(byteCount: content.byteCount + 2)
    self.signer.begin()
    for frame in frames { self.signer.update(frame.span) }
  }

  /// Goes on until the slice is used up or the message is sent.
  ///
  /// - Returns: whether it is sent.
  func step(_ exchange: inout MessageExchange, _ slice: inout Slice) -> Bool {
    while let piece = pieces.last {
      if slice.isUsedUp { return false }
      let end = min(position + Self.pieceSize, piece.count)
      let part = piece.span.extracting(position..<end)
      signer.update(part)
      writer.append(part)
      slice.count(bytes: end - position)
      position = end
      if position == piece.count {
        pieces.removeLast()
        position = 0
      }
    }
    signer.finish()
    exchange.send(parcel, on: channel)
    return true
  }

  private var parcel: Parcel {
    let signature = signer.isSigning ? signer.signature : []
    let parcel = Parcel(identities + [WireMessage.delimiter, signature] + frames)
    parcel.append(writer)
    for envelope in envelopes { parcel.append(buffersOf: envelope) }
    return parcel
  }
}
