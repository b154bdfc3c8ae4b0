// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
import ApusTransport
import ApusWire

/// The reply of a simulated engine to a request.
package struct SimulatedReply {
  private let engine: SimulatedEngines.SimulatedEngine
  private let type: MessageType
  private let request: [UInt8]
  private let asked: ReplyMetadata?

  /// - Parameters:
  ///   - request: the frame of the request's header.
  ///   - metadata: the frame of the request's metadata.
  init(
    _ engine: SimulatedEngines.SimulatedEngine, _ header: MessageHeader, _ request: [UInt8],
    _ metadata: [UInt8]
  ) {
    self.engine = engine
    type = header.type
    self.request = request
    asked = try? ReplyMetadata(metadata.span)
  }

  func message(_ behaviour: SimulatedEngines.Behaviour) -> WireMessage {
    if case .answers = behaviour, type == .applyRequest { return plainMessage }
    var status = "ok"
    var content = JSONText(object: [
      ("status", .string("ok")), ("execution_count", .integer(engine.served)),
    ])
    var isMet = true
    switch behaviour {
    case .answers, .neverAnswers: break
    case .refuses: isMet = false
    case .fails(let name):
      status = "error"
      let origin = (engine.id.uuid, engine.number, "apply")
      content = RemoteError(name, "as requested", engine: origin).content
    }
    let metadata = JSONText(object: [
      ("engine", .string(engine.id.uuid)), ("status", .string(status)),
      ("dependencies_met", JSONText(.bool(isMet))),
      ("started", .string(MonotonicClock().date.description)),
      ("is_broadcast", JSONText(.bool(asked?.isBroadcast ?? false))),
      ("is_coalescing", JSONText(.bool(asked?.isCoalescing ?? false))),
      ("original_msg_id", .string(asked?.originalID?.text ?? "")),
    ])
    var message = engine.connection.message(
      type.reply, content, parent: request, metadata: metadata)
    if status == "ok" && type == .applyRequest { message.buffers = [Self.none] }
    return message
  }

  /// The usual reply, made byte by byte because load tests measure the controller and not this code.
  private var plainMessage: WireMessage {
    var metadata = Array(#"{"dependencies_met":true,"label":null,"status":"ok","engine":""#.utf8)
    metadata += engine.id.uuid.utf8
    metadata += #"","started":""#.utf8
    metadata += MonotonicClock().date.utf8
    if let asked, asked.isBroadcast {
      metadata += #"","is_broadcast":true,"is_coalescing":"#.utf8
      metadata += (asked.isCoalescing ? "true" : "false").utf8
      metadata += #","original_msg_id":""#.utf8
      metadata += (asked.originalID?.text ?? "").utf8
      metadata += #""}"#.utf8
    } else {
      metadata += #"","is_broadcast":false,"is_coalescing":false,"original_msg_id":""}"#.utf8
    }
    return WireMessage(
      header: engine.connection.header(.applyReply), parent: request, metadata: metadata,
      content: Self.success, buffers: [Self.none])
  }

  private static let success = Array(#"{"status":"ok"}"#.utf8)

  /// Python's `pickle.dumps(None)`.
  package static let none: [UInt8] = [0x80, 4, 0x4E, 0x2E]
}
