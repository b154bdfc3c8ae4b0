// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// What an engine answers to a request.
struct EngineReply {
  /// How the request went.
  enum Outcome {
    /// It succeeded, with more members of the content.
    case ok([(String, JSONText)])
    /// Its error: a name as of a Python class, and a text.
    case failed(name: String, text: String)
    /// It was not begun.
    case aborted
  }

  var outcome = Outcome.ok([])
  var buffers: [[UInt8]] = []
  /// Whether another engine should try instead; only a controller that has chosen this one asks another.
  var isForOthers = false

  static let done = EngineReply()
  static let needsFunction = EngineReply(
    outcome: .ok([("apus", .string(MapReply.needsFunction))]))
  /// The engine takes a map.
  ///
  /// - Parameter left: the time in which tasks must end; nil if nothing is known of an end.
  static func accepted(workers: Int, left: Duration?) -> EngineReply {
    let time = left.map { [("left", JSONText.integer($0.nanoseconds))] } ?? []
    return EngineReply(outcome: .ok([("workers", .integer(workers))] + time))
  }

  /// A batch is given back.
  ///
  /// - Parameter answers: those of the tasks that have ended.
  static func handedBack(
    _ answers: [UInt8] = [], _ content: [(String, JSONText)] = []
  ) -> EngineReply {
    EngineReply(
      outcome: .ok([("apus", .string(MapReply.handedBack))] + content),
      buffers: answers.isEmpty ? [] : [answers])
  }

  /// A call is given back, which another engine can do.
  static let leaving = failed(
    "EngineError", "the engine leaves because its allocation ends or it was told to",
    isForOthers: true)
  static let unknownMap = failed(MapReply.unknownMap, "the engine does not know the map")

  /// - Parameters:
  ///   - name: the name of the error.
  ///   - isForOthers: whether another engine may do better.
  static func failed(_ name: String, _ text: String, isForOthers: Bool = false) -> EngineReply {
    EngineReply(outcome: .failed(name: name, text: text), isForOthers: isForOthers)
  }

  private var status: String {
    switch outcome {
    case .ok: "ok"
    case .failed: "error"
    case .aborted: "aborted"
    }
  }

  /// The content of the reply.
  func content(to request: EngineRequest, from engine: (uuid: String, id: Int)) -> JSONText {
    switch outcome {
    case .ok(let members):
      return JSONText(object: [("status", .string("ok"))] + members)
    case .aborted: return JSONText(object: [("status", .string("aborted"))])
    case .failed(let name, let text):
      let method = request.type == .executeRequest ? "execute" : "apply"
      return RemoteError(name, text, engine: (engine.uuid, engine.id, method)).content
    }
  }

  /// The metadata of the reply.
  func metadata(to request: EngineRequest, from engine: (uuid: String, id: Int)) -> JSONText {
    let asked = request.metadata
    var members: [(String, JSONText)] = [
      ("engine", .string(engine.uuid)), ("status", .string(status)),
      ("dependencies_met", JSONText(.bool(!(isForOthers && request.route == .balanced)))),
      ("started", .string(request.date.description)),
      ("is_broadcast", JSONText(asked["is_broadcast"] ?? .bool(false))),
      ("is_coalescing", JSONText(asked["is_coalescing"] ?? .bool(false))),
      ("original_msg_id", JSONText(asked["original_msg_id"] ?? .string(""))),
      ("label", JSONText(asked["label"] ?? .null)),
    ]
    if case .failed(let name, let text) = outcome {
      if isForOthers {
        members.append((ReplyMetadata.reasonName, .string("\(name): \(text)")))
      }
      members.append(
        (
          "engine_info",
          JSONText(object: [
            ("engine_uuid", .string(engine.uuid)), ("engine_id", .integer(engine.id)),
          ])
        ))
    }
    return JSONText(object: members)
  }
}
