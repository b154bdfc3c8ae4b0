// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A request that an engine has received: what it asks, and what a reply to it must repeat.
struct EngineRequest {
  /// Where requests come from.
  enum Route: Sendable, Hashable {
    /// A client has chosen this engine; a controller has; all engines of a broadcast; or it is about the engine itself.
    case direct, balanced, broadcast, control

    /// - Returns: nil for a channel that carries none.
    init?(_ channel: EnginePort) {
      switch channel {
      case .direct: self = .direct
      case .balanced: self = .balanced
      case .broadcast: self = .broadcast
      case .control: self = .control
      case .registration, .output, .ping, .pong: return nil
      }
    }

    var channel: EnginePort {
      switch self {
      case .direct: .direct
      case .balanced: .balanced
      case .broadcast: .broadcast
      case .control: .control
      }
    }
  }

  let route: Route
  let id: MessageID
  let type: MessageType
  /// The frames before the delimiter, which lead back to the client.
  var identities: [[UInt8]]
  /// The header as it came.
  let header: [UInt8]
  let metadata: JSONValue
  let content: JSONValue
  private(set) var buffers: [[UInt8]]
  /// When it arrived.
  let date: WireDate

  /// The same with the way back of a newer request: a client has another address after its connection was cut.
  func renewed(by newer: EngineRequest) -> EngineRequest {
    var request = self
    request.identities = newer.identities
    return request
  }

  /// The same without its buffers, which have been read.
  var withoutBuffers: EngineRequest {
    var request = self
    request.buffers = []
    return request
  }

  /// Reads a message.
  ///
  /// - Throws: ``WireError`` if it is malformed or not signed with the cluster's key.
  init(
    _ parcel: Parcel, _ route: Route, signer: MessageSigner, date: WireDate
  ) throws(WireError) {
    let envelope = try Envelope(parcel)
    try envelope.checkSizes()
    guard envelope.isSigned(by: signer) else {
      throw WireError(.wrongSignature, "a request whose signature does not match the key")
    }
    let header = try envelope.readHeader(details: false)
    self.route = route
    (id, type) = (header.id, header.type)
    identities = (0..<envelope.delimiter).map { parcel.bytes($0) }
    self.header = envelope.header
    metadata = try JSONValue(parcel.bytes(envelope.delimiter + 4))
    content = try envelope.readContent()
    buffers = (envelope.firstBuffer..<parcel.count).map { parcel.bytes($0) }
    self.date = date
  }
}
