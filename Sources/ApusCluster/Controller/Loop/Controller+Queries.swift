// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Logging

/// A request to the controller itself, with what its answer needs.
struct Query {
  let header: MessageHeader
  let parent: [UInt8]
  let client: [UInt8]
  let content: JSONValue
  /// The address that it came from.
  let peer: String?
}

/// Requests that the controller answers itself.
extension Controller {
  /// `[client, delimiter, …]`.
  func handleQuery(_ parcel: Parcel) {
    guard let envelope = accept(parcel, identities: 1, on: sockets.query) else { return }
    do throws(WireError) {
      if signer.isSigning, !replays.insert(parcel.bytes(envelope.delimiter + 1)) {
        throw WireError(.replayed, "a message that came before")
      }
      let header = try envelope.readHeader()
      switch header.type.rawValue {
      case "registration_request": register(envelope, header, from: parcel.bytes(0))
      case "unregistration_request": unregister(envelope)
      default:
        let query = Query(
          header: header, parent: envelope.header, client: parcel.bytes(0),
          content: try JSONValue(envelope.content), peer: parcel.peerAddress)
        answer(query)
      }
    } catch {
      refuse(error, on: sockets.query)
    }
  }

  private func answer(_ query: Query) {
    log.debug("a client asks: \(query.header.type)")
    do throws(RemoteError) {
      switch query.header.type.rawValue {
      case "connection_request": reply(query, connection())
      case "queue_request": reply(query, try queueStatus(query.content))
      case "result_request": try results(query)
      case "history_request": history(query)
      case "db_request": try findRecords(query)
      case "purge_request": try purge(query)
      case "resubmit_request": try resubmit(query)
      case "load_request": reply(query, try load(query.content))
      case "shutdown_request": shutDown(query)
      case "apus_status_request": reply(query, status())
      case "apus_exit_request": reply(query, processEnded(query.content, at: query.peer))
      case "become_dask_request", "stop_distributed_request":
        throw RemoteError(
          "NotImplementedError", "this controller does not start a dask scheduler")
      default: throw RemoteError("KeyError", "Bad Message Type: '\(query.header.type)'")
      }
    } catch {
      reply(query, error.content, type: .hubError)
    }
  }

  func reply(_ query: Query, _ members: [(String, JSONText)], buffers: [Envelope] = []) {
    reply(
      query, JSONText(object: [("status", .string("ok"))] + members),
      type: query.header.type.reply, buffers: buffers)
  }

  func reply(
    _ query: Query, _ content: JSONText, type: MessageType, buffers: [Envelope] = []
  ) {
    let message = maker.message(
      type, content: content, parent: query.parent, date: ControllerClock.date)
    let parcel = Parcel(message.frames(identities: [query.client], signer: signer))
    for envelope in buffers {
      for index in envelope.firstBuffer..<envelope.parcel.count {
        parcel.append(envelope.parcel, index)
      }
    }
    _ = sockets.query.send(parcel)
  }

  private func connection() -> [(String, JSONText)] {
    let engines = registry.engines.map { (String($0.id), JSONText.string($0.uuid)) }
    return [("engines", JSONText(object: engines))]
  }

  private func shutDown(_ query: Query) {
    log.info("a client asks for the end")
    reply(query, [])
    send(
      MessageType("shutdown_notification"), JSONText(object: [("status", .string("ok"))]),
      parent: (try? JSONValue(query.parent)).map { JSONText($0).bytes } ?? Array("{}".utf8), to: [],
      on: sockets.notification)
    // Everybody is to have the news before the sockets close.
    stopsAt = now + 500_000_000
  }

  // MARK: What only Apus asks

  /// Who the engines are and what they do; `apus cluster status` shows it.
  private func status() -> [(String, JSONText)] {
    let engines = registry.engines.map { engine -> (String, JSONText) in
      let work = ledger[engine: engine.uuid]
      return (
        String(engine.id),
        JSONText([
          "uuid": .string(engine.uuid), "host": engine.origin.host.map { .string($0) } ?? .null,
          "process": engine.origin.process.map { .integer($0) } ?? .null,
          "queue": .integer(work.direct.count), "tasks": .integer(work.tasks.count),
          "completed": .integer(work.completed),
        ])
      )
    }
    return [
      ("process", .integer(HostName.process)), ("engines", JSONText(object: engines)),
      ("unassigned", .integer(ledger.unassigned.count)),
    ]
  }

  /// A launcher tells how a process of an engine on its machine ended.
  private func processEnded(_ content: JSONValue, at host: String?) -> [(String, JSONText)] {
    guard let process = content["process"]?.integer, let cause = content["cause"]?.string else {
      return []
    }
    if let engine = registry.engines.first(where: {
      $0.origin == EngineOrigin(host: host, process: process)
    }) {
      depart(engine, .ended(cause))
      return [("id", .integer(engine.id))]
    }
    if let gone = lastDepartures.last(where: {
      $0.origin == EngineOrigin(host: host, process: process)
    }) {
      scheduler.describeDeparture(gone.uuid, "\(gone.description) \(cause)")
      return [("id", .integer(gone.id))]
    }
    return []
  }

  // MARK: What engines have to do

  /// The engines that a request names.
  private func engines(_ targets: JSONValue?) throws(RemoteError) -> [EngineRegistry.Engine] {
    guard let targets, !targets.isNull else { return registry.engines }
    let wanted = targets.array ?? [targets]
    var found: [EngineRegistry.Engine] = []
    for target in wanted {
      let engine =
        target.integer.flatMap { registry.engine(id: $0) }
        ?? target.string.flatMap { registry.engine(uuid: $0) }
      guard let engine else {
        throw RemoteError("IndexError", "No Such Engine: \(JSONText(target))")
      }
      found.append(engine)
    }
    if found.isEmpty { throw RemoteError("IndexError", "No Engines Registered") }
    return found
  }

  private func queueStatus(_ content: JSONValue) throws(RemoteError) -> [(String, JSONText)] {
    let isVerbose = content["verbose"]?.bool ?? false
    func list(_ ids: Set<MessageID>) -> JSONText {
      isVerbose ? .strings(ids.map(\.text).sorted()) : .integer(ids.count)
    }
    var members: [(String, JSONText)] = []
    for engine in try engines(content["targets"]) {
      let work = ledger[engine: engine.uuid]
      let completed: JSONText =
        isVerbose
        ? .strings(work.recent.map(\.text)) : .integer(work.completed)
      members.append(
        (
          String(engine.id),
          JSONText(object: [
            ("queue", list(work.direct)), ("completed", completed), ("tasks", list(work.tasks)),
          ])
        ))
    }
    return members + [("unassigned", list(ledger.unassigned))]
  }

  private func load(_ content: JSONValue) throws(RemoteError) -> [(String, JSONText)] {
    try engines(content["targets"]).map { engine throws(RemoteError) in
      let work = ledger[engine: engine.uuid]
      return (String(engine.id), JSONText.integer(work.direct.count + work.tasks.count))
    }
  }
}
