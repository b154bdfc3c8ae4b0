// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A message as it came, and where in its frames the delimiter is.
package struct Envelope {
  package let parcel: Parcel
  /// The index of the delimiter; identities come before it.
  package let delimiter: Int

  /// The most identities before the delimiter.
  package static let mostIdentities = 16

  /// Finds the parts of a message.
  ///
  /// - Throws: `notAMessage` if there is no delimiter or too little after it.
  package init(_ parcel: Parcel) throws(WireError) {
    self.parcel = parcel
    for index in 0..<min(parcel.count, Self.mostIdentities + 1)
    where parcel.byteCount(index) == 9 && parcel.holds("<IDS|MSG>", at: index) {
      guard parcel.count >= index + 6 else {
        throw WireError(.notAMessage, "a message of \(parcel.count) frames lacks some")
      }
      delimiter = index
      return
    }
    throw WireError(.notAMessage, "\(parcel.count) frames without a delimiter")
  }

  /// A message that is made here.
  package init(_ message: WireMessage, identities: [[UInt8]] = [], signature: [UInt8] = []) {
    parcel = Parcel(
      identities + [WireMessage.delimiter, signature] + message.signedFrames + message.buffers)
    delimiter = identities.count
  }

  package var header: [UInt8] { parcel.bytes(delimiter + 2) }
  package var parent: [UInt8] { parcel.bytes(delimiter + 3) }
  package var metadata: [UInt8] { parcel.bytes(delimiter + 4) }
  package var content: [UInt8] { parcel.bytes(delimiter + 5) }
  package var firstBuffer: Int { delimiter + 6 }
  package var bufferCount: Int { parcel.count - firstBuffer }
  package var bufferByteCount: Int { parcel.byteCount(from: firstBuffer) }
  package var byteCount: Int { parcel.byteCount() }

  package func readHeader() throws(WireError) -> MessageHeader {
    try parcel.withFrame(delimiter + 2) { bytes throws(WireError) in try MessageHeader(bytes) }
  }

  package func readParentID() throws(WireError) -> MessageID? {
    try parcel.withFrame(delimiter + 3) { bytes throws(WireError) in try MessageHeader.id(bytes) }
  }

  package func readTaskMetadata() throws(WireError) -> TaskMetadata {
    try parcel.withFrame(delimiter + 4) { bytes throws(WireError) in try TaskMetadata(bytes) }
  }

  package func readReplyMetadata() throws(WireError) -> ReplyMetadata {
    try parcel.withFrame(delimiter + 4) { bytes throws(WireError) in try ReplyMetadata(bytes) }
  }

  /// Whether the signature is that of the key.
  package func isSigned(by signer: MessageSigner) -> Bool {
    guard signer.isSigning else { return true }
    signer.begin()
    for index in delimiter + 2..<delimiter + 6 {
      parcel.withFrame(index) { signer.update($0) }
    }
    return parcel.withFrame(delimiter + 1) { signer.finish(matches: $0) }
  }
}
