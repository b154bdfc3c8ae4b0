// Part of Apus, Apache-2.0. See LICENSE.

/// A complete message with copies of its frames: four of JSON, and any buffers.
package struct WireMessage: Sendable, Hashable {
  /// The frame between the identities and the signature.
  package static let delimiter = Array("<IDS|MSG>".utf8)
  /// The most frames that a message may have.
  package static let maximumFrames = 65_536

  package var header: [UInt8]
  package var parent: [UInt8]
  package var metadata: [UInt8]
  package var content: [UInt8]
  package var buffers: [[UInt8]]

  package init(
    header: [UInt8], parent: [UInt8] = Array("{}".utf8), metadata: [UInt8] = Array("{}".utf8),
    content: [UInt8] = Array("{}".utf8), buffers: [[UInt8]] = []
  ) {
    self.header = header
    self.parent = parent
    self.metadata = metadata
    self.content = content
    self.buffers = buffers
  }

  package var signedFrames: [[UInt8]] { [header, parent, metadata, content] }

  /// All frames, signed.
  package func frames(identities: [[UInt8]] = [], signer: MessageSigner) -> [[UInt8]] {
    identities + [Self.delimiter, signer.sign(signedFrames)] + signedFrames + buffers
  }

  /// Splits frames into routing identities and message, and checks the signature.
  ///
  /// - Throws: `notAMessage`, `wrongSignature`.
  package static func read(
    _ frames: [[UInt8]], signer: MessageSigner
  ) throws(WireError) -> (identities: [[UInt8]], message: WireMessage) {
    guard let index = frames.firstIndex(of: delimiter), frames.count >= index + 6 else {
      throw WireError(.notAMessage, "\(frames.count) frames that are not a message")
    }
    let message = WireMessage(
      header: frames[index + 2], parent: frames[index + 3], metadata: frames[index + 4],
      content: frames[index + 5], buffers: Array(frames[(index + 6)...]))
    signer.begin()
    for frame in message.signedFrames { signer.update(frame.span) }
    let signature = frames[index + 1]
    guard signer.finish(matches: signature.span) else {
      throw WireError(.wrongSignature, "a message whose signature does not match the key")
    }
    return (Array(frames[..<index]), message)
  }
}
