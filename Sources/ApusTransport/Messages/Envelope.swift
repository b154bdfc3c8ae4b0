// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A message as received, with the position of the delimiter among its frames.
package struct Envelope {
  package let parcel: Parcel
  /// The index of the delimiter; identities come before it.
  package let delimiter: Int
  /// The size of all frames, in bytes.
  package let byteCount: Int

  /// The most identities before the delimiter.
  package static let maximumIdentities = 16

  /// Finds the parts of a message.
  ///
  /// - Throws: `notAMessage` if the delimiter or one of the five frames after it is missing.
  package init(_ parcel: Parcel) throws(WireError) {
    self.parcel = parcel
    for index in 0..<min(parcel.count, Self.maximumIdentities + 1)
    where parcel.byteCount(index) == 9 && parcel.holds("<IDS|MSG>", at: index) {
      guard parcel.count >= index + 6 else {
        throw WireError(.notAMessage, "a message of \(parcel.count) frames is incomplete")
      }
      delimiter = index
      byteCount = parcel.byteCount()
      return
    }
    throw WireError(.notAMessage, "\(parcel.count) frames without a delimiter")
  }

  /// Creates the frames of a message that originates here.
  package init(_ message: WireMessage, identities: [[UInt8]] = [], signature: [UInt8] = []) {
    parcel = Parcel(
      identities + [WireMessage.delimiter, signature] + message.signedFrames + message.buffers)
    delimiter = identities.count
    byteCount = parcel.byteCount()
  }

  private init(_ parcel: Parcel, delimiter: Int, byteCount: Int) {
    self.parcel = parcel
    self.delimiter = delimiter
    self.byteCount = byteCount
  }

  /// The size up to which a message is copied for storage, in bytes.
  private static let smallMessage = 4096

  /// The same message for long-term storage.
  ///
  /// A small message is copied, because it would otherwise retain the whole block of 8 KB in which libzmq
  /// received it.
  package var kept: Envelope {
    guard byteCount <= Self.smallMessage else { return self }
    let copy = Parcel()
    for index in 0..<parcel.count { copy.append(copyOf: parcel, index) }
    return Envelope(copy, delimiter: delimiter, byteCount: byteCount)
  }

  package var header: [UInt8] { parcel.bytes(delimiter + 2) }
  package var parent: [UInt8] { parcel.bytes(delimiter + 3) }
  package var metadata: [UInt8] { parcel.bytes(delimiter + 4) }
  package var content: [UInt8] { parcel.bytes(delimiter + 5) }
  package var firstBuffer: Int { delimiter + 6 }
  package var bufferCount: Int { parcel.count - firstBuffer }
  package var bufferByteCount: Int { parcel.byteCount(from: firstBuffer) }

  /// The size of the frames that are signed, in bytes.
  package var signedByteCount: Int {
    (delimiter + 2..<delimiter + 6).reduce(0) { $0 + parcel.byteCount($1) }
  }

  /// The most bytes of the signed frames of a message.
  ///
  /// Checking a signature then takes some hundredths of a second at most. Arguments and results travel as buffers, which
  /// are not signed.
  package static let longestSigned = 48 << 20

  /// Checks the sizes of the signed frames, before any time is spent on them.
  ///
  /// - Throws: `tooLarge`, naming the frame.
  package func checkSizes() throws(WireError) {
    for (index, name) in [(delimiter + 2, "header"), (delimiter + 3, "parent header")]
    where parcel.byteCount(index) > MessageHeader.longestFrame {
      throw WireError(
        .tooLarge,
        "a \(name) of \(parcel.byteCount(index)) bytes, more than \(MessageHeader.longestFrame)")
    }
    guard parcel.byteCount(delimiter + 4) <= JSONValue.longest else {
      throw WireError(
        .tooLarge,
        "metadata of \(parcel.byteCount(delimiter + 4)) bytes, more than \(JSONValue.longest)")
    }
    guard signedByteCount <= Self.longestSigned else {
      throw WireError(
        .tooLarge,
        "a content of \(parcel.byteCount(delimiter + 5)) bytes; pass large values as buffers")
    }
  }

  /// Whether its sender had no answer to it when the controller became another one, and sends it once more.
  package var isRepeated: Bool { parcel.holds("{\"apus_repeated\":true}", at: delimiter + 3) }

  package func readHeader(details: Bool = true) throws(WireError) -> MessageHeader {
    try parcel.withFrame(delimiter + 2) { bytes throws(WireError) in
      try MessageHeader(bytes, details: details)
    }
  }

  /// Reads the content without copying it first.
  package func readContent() throws(WireError) -> JSONValue {
    try parcel.withFrame(delimiter + 5) { bytes throws(WireError) in try JSONValue(bytes) }
  }

  package func readParentID() throws(WireError) -> MessageID? {
    try parcel.withFrame(delimiter + 3) { bytes throws(WireError) in try MessageHeader.id(bytes) }
  }

  package func readTaskMetadata() throws(WireError) -> TaskMetadata {
    try parcel.withFrame(delimiter + 4) { bytes throws(WireError) in try TaskMetadata(bytes) }
  }

  package func readReplyMetadata(details: Bool = true) throws(WireError) -> ReplyMetadata {
    try parcel.withFrame(delimiter + 4) { bytes throws(WireError) in
      try ReplyMetadata(bytes, details: details)
    }
  }

  /// Whether the signature matches the signer's key.
  package func isSigned(by signer: MessageSigner) -> Bool {
    guard signer.isSigning else { return true }
    signer.begin()
    for index in delimiter + 2..<delimiter + 6 {
      parcel.withFrame(index) { signer.update($0) }
    }
    return parcel.withFrame(delimiter + 1) { signer.finish(matches: $0) }
  }
}

extension Parcel {
  /// Appends the buffers of a message, without copying them.
  package func append(buffersOf envelope: Envelope) {
    for index in envelope.firstBuffer..<envelope.parcel.count { append(envelope.parcel, index) }
  }
}
