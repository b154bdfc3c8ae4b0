// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Requests of Python's clients and those about an engine itself, and what they leave behind; a value without side effects.
struct PlainRequests {
  /// What an engine does beside its reply.
  enum Action {
    case none
    /// It calls a Swift function, and replies when that has ended.
    case call(FunctionCall)
    /// It gives back batches that were brought by these requests and have not begun.
    case giveBack(Set<MessageID>)
    /// It ends what is running.
    case interrupt
    /// It ends; a client has asked for it, which others are told.
    case shutDown
    case stop
    /// It joins once more, because the controller does not know it.
    case join
  }

  init(workers: Int = 1) { self.workers = workers }

  private static let mostAborted = 100_000

  /// How many tasks the engine may run at a time.
  let workers: Int

  private var names = EngineNames()
  /// Requests that are not to be begun.
  private var aborted: Set<MessageID> = []

  /// Whether a request was aborted before it came; it is forgotten then.
  mutating func takeAborted(_ id: MessageID) -> Bool { aborted.remove(id) != nil }

  /// Notes requests that are not to be begun when they come.
  mutating func abort(_ requests: Set<MessageID>) {
    // Those that never come are few; beyond any reason they are forgotten.
    if aborted.count > Self.mostAborted { aborted = [] }
    aborted.formUnion(requests)
  }

  /// Answers a request that is not about a map.
  ///
  /// - Parameters:
  ///   - engine: the engine's number, if it has one.
  ///   - open: the requests that have not ended, of which a controller learns that asks what may be lost.
  mutating func answer(
    _ request: EngineRequest, engine: Int?, open: [MessageID] = []
  ) -> (EngineReply, Action) {
    let engine = engine ?? -1
    if request.route == .control { return control(request, engine) }
    if takeAborted(request.id) { return (EngineReply(outcome: .aborted), .none) }
    if request.type == .applyRequest { return apply(request, engine) }
    return (work(request, engine, open), .none)
  }

  private mutating func work(
    _ request: EngineRequest, _ engine: Int, _ open: [MessageID] = []
  ) -> EngineReply {
    switch request.type {
    case .executeRequest:
      return .failed(
        "NotImplementedError",
        "engine \(engine) is a Swift program: it runs the functions of that program and no Python code",
        isForOthers: true)
    case MessageType("kernel_info_request"):
      return EngineReply(
        outcome: .ok([
          ("protocol_version", .string("5.4")), ("implementation", .string("apus")),
          ("language_info", JSONText(object: [("name", .string("swift"))])),
          ("banner", .string("Apus")), ("apus_open", .strings(open.map(\.text))),
          ("apus_workers", .integer(workers)),
        ]))
    default:
      return .failed(
        "NotImplementedError", "a Swift engine does not answer '\(request.type)'",
        isForOthers: true)
    }
  }

  private mutating func apply(
    _ request: EngineRequest, _ engine: Int
  ) -> (EngineReply, Action) {
    do {
      let call: ApplyBuffers
      do {
        call = try ApplyBuffers(request.buffers)
      } catch {
        let text = "the engine cannot read the request: \(error)"
        return (.failed("ValueError", text, isForOthers: true), .none)
      }
      if let reply = names.answer(call) { return (reply, .none) }
      if let call = try FunctionCall(call) { return (.done, .call(call)) }
      let name = call.functionName.map { "\($0)" } ?? "a function without a name"
      return (
        .failed(
          "NotImplementedError",
          "engine \(engine) is a Swift program and cannot run Python's \(name)", isForOthers: true),
        .none
      )
    } catch {
      return (.failed("ValueError", "the function cannot be called: \(error)"), .none)
    }
  }

  private mutating func control(
    _ request: EngineRequest, _ engine: Int
  ) -> (EngineReply, Action) {
    switch request.type.rawValue {
    case "abort_request":
      let ids = request.content["msg_ids"]?.strings ?? []
      return (.done, .giveBack(Set(ids.map { MessageID($0) })))
    case "clear_request":
      names.removeAll()
      return (.done, .none)
    case "shutdown_request": return (.done, .shutDown)
    case "apus_join_request": return (.done, .join)
    case "signal_request": return signal(request.content["sig"])
    case "kernel_info_request": return (work(request, engine), .none)
    default:
      return (
        .failed("NotImplementedError", "a Swift engine does not answer '\(request.type)'"), .none
      )
    }
  }

  private func signal(_ signal: JSONValue?) -> (EngineReply, Action) {
    switch (signal?.integer, signal?.string) {
    case (2?, _), (_, "SIGINT"?): (.done, .interrupt)
    case (9?, _), (15?, _), (_, "SIGKILL"?), (_, "SIGTERM"?): (.done, .stop)
    default:
      (.failed("ValueError", "a Swift engine knows the signals INT, TERM and KILL"), .none)
    }
  }
}
