// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog
package import ApusTransport
package import ApusWire
package import Logging

/// Accepts and sends messages for all parts of a controller, with the key, the time of the event that is
/// being handled, and the effects that follow from it.
package struct MessageExchange {
  package let signer: MessageSigner
  package private(set) var maker: MessageMaker
  /// The time and the date of the event that is being handled.
  package var now = Instant()
  package var date = WireDate(microseconds: 0)
  private var effects: [Effect] = []
  private var refusals = RefusalCounter()
  private var bytesRead = 0
  private var longMessages: [LongMessage] = []

  package init(signer: MessageSigner, maker: MessageMaker) {
    self.signer = signer
    self.maker = maker
  }

  /// Moves the effects so far into an array that is reused from call to call.
  ///
  /// - Parameter target: must be empty.
  /// - Returns: whether there are any.
  package mutating func takeEffects(into target: inout [Effect]) -> Bool {
    if effects.isEmpty { return false }
    swap(&effects, &target)
    return true
  }

  // MARK: Accepting

  /// The bytes whose signatures were checked since the last call.
  package mutating func takeBytesRead() -> Int {
    defer { bytesRead = 0 }
    return bytesRead
  }

  /// Checks a message.
  ///
  /// - Parameter identities: how many routing identities or topics it must begin with.
  /// - Returns: nil, and counts it as refused, if it is not a message or not signed with the key.
  package mutating func accept(
    _ parcel: Parcel, identities: Int, on channel: Channel
  ) -> Envelope? {
    do throws(WireError) {
      let envelope = try Envelope(parcel)
      guard envelope.delimiter >= identities else {
        throw WireError(.notAMessage, "a message without its addresses")
      }
      try envelope.checkSizes()
      bytesRead += envelope.signedByteCount
      guard envelope.isSigned(by: signer) else {
        throw WireError(.wrongSignature, "a wrong signature")
      }
      return envelope
    } catch {
      refuse(error, on: channel)
      return nil
    }
  }

  /// Counts a message as refused.
  package mutating func refuse(_ error: WireError, on channel: Channel) {
    refusals.add(channel, error.message, now: now)
  }

  /// When the next report of refused messages is due.
  package var nextReport: Instant? { refusals.nextReport }

  /// Logs refused messages if a report is due.
  package mutating func reportRefusals() {
    if let report = refusals.report(now: now) { log(.warning, report) }
  }

  // MARK: Sending

  package mutating func nextID() -> MessageID { maker.nextID() }

  /// Makes a message, without signing or sending it.
  package mutating func message(
    _ type: MessageType, _ content: JSONText, parent: [UInt8], metadata: JSONText = .emptyObject
  ) -> WireMessage {
    maker.message(type, content: content, parent: parent, metadata: metadata, date: date)
  }

  /// Makes and sends a message.
  package mutating func send(
    _ type: MessageType, _ content: JSONText, parent: [UInt8] = Array("{}".utf8),
    metadata: JSONText = .emptyObject, to identities: [[UInt8]] = [], on channel: Channel
  ) {
    let message = message(type, content, parent: parent, metadata: metadata)
    send(message, to: identities, on: channel)
  }

  /// The same request with another signature, because engines of Python pass over a signature that they have seen.
  ///
  /// - Parameter time: differs each time that this controller may have sent the request before.
  package func signedAnew(_ request: Envelope, time: Int = 0) -> Envelope {
    let message = WireMessage(
      header: request.header, parent: request.parent,
      metadata: marked(request.metadata, time), content: request.content)
    let identities = (0..<request.delimiter).map { request.parcel.bytes($0) }
    let parcel = Parcel(message.frames(identities: identities, signer: signer))
    parcel.append(buffersOf: request)
    return (try? Envelope(parcel)) ?? request
  }

  /// Metadata with blanks behind them, which mean nothing, and which no other controller writes, nor this one another time.
  private func marked(_ metadata: [UInt8], _ time: Int) -> [UInt8] {
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    var digest = Digest()
    digest.fold(Array(maker.session.utf8))
    digest.fold(UInt64(time))
    let mark = digest.value
    let end = metadata.lastIndex { !blanks.contains($0) } ?? -1
    return metadata[...end] + (0..<64).map { blanks[Int(mark >> UInt64($0) & 1)] }
  }

  /// Signs and sends a message.
  ///
  /// - Parameter envelopes: messages whose buffers follow its own.
  package mutating func send(
    _ message: WireMessage, to identities: [[UInt8]], buffersOf envelopes: [Envelope] = [],
    on channel: Channel
  ) {
    let parcel = Parcel(message.frames(identities: identities, signer: signer))
    for envelope in envelopes { parcel.append(buffersOf: envelope) }
    effects.append(.send(parcel, on: channel))
  }

  /// Sends a message, in slices if its content is long.
  ///
  /// - Parameters:
  ///   - content: the members of the content.
  ///   - envelopes: messages whose buffers follow.
  mutating func send(
    _ type: MessageType, _ content: JSONListText, parent: [UInt8], to identities: [[UInt8]],
    buffersOf envelopes: [Envelope], on channel: Channel
  ) {
    guard content.byteCount >= LongMessage.longContent else {
      let message = message(type, content.object, parent: parent)
      send(message, to: identities, buffersOf: envelopes, on: channel)
      return
    }
    longMessages.append(
      LongMessage(
        header: maker.header(type, date: date), parent: parent, content, to: identities,
        buffersOf: envelopes, on: channel, signer: signer))
  }

  /// Removes the long messages since the last call, which must be sent in slices.
  mutating func takeLongMessages() -> [LongMessage] {
    if longMessages.isEmpty { return [] }
    defer { longMessages = [] }
    return longMessages
  }

  /// Answers a client's request with an error.
  package mutating func answer(
    _ header: MessageHeader, parent: [UInt8], with error: RemoteError, to identities: [[UInt8]],
    metadata: JSONText = .emptyObject, on channel: Channel
  ) {
    send(
      header.type.reply, error.content, parent: parent, metadata: metadata, to: identities,
      on: channel)
  }

  /// Sends a parcel as it is.
  package mutating func send(_ parcel: Parcel, on channel: Channel) {
    effects.append(.send(parcel, on: channel))
  }

  /// Forwards an engine's reply to its client.
  package mutating func sendReply(_ parcel: Parcel, on channel: Channel) {
    effects.append(.sendReply(parcel, on: channel))
  }

  package mutating func send(_ message: EngineMessage) { effects.append(.sendToEngine(message)) }

  package mutating func sendHeld(_ line: HeldMessages.Line) { effects.append(.sendHeld(line)) }

  package mutating func log(_ level: Logger.Level, _ text: String) {
    effects.append(.log(level, text))
  }

  package mutating func saveEngines() { effects.append(.saveEngines) }

  /// The metadata of an error that the controller reports on behalf of an engine.
  package static func failureMetadata(_ engine: EngineID?) -> JSONText {
    var members: [(String, JSONText)] = [("status", .string("error"))]
    if let engine { members.append(("engine", .string(engine.uuid))) }
    return JSONText(object: members)
  }
}
