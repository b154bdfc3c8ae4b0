// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
package import ApusWire
import Logging

/// Requests that the controller answers itself.
extension ControllerCore {
  /// Answers a query `[client, delimiter, …]`.
  mutating func receiveQuery(_ parcel: Parcel, _ peerAddress: String?) {
    guard let envelope = exchange.accept(parcel, identities: 1, on: .query) else { return }
    do throws(WireError) {
      if exchange.signer.isSigning, !replays.insert(parcel.bytes(envelope.delimiter + 1)) {
        throw WireError(.replayed, "a message that was received before")
      }
      let header = try envelope.readHeader()
      let query = try Query(envelope, header, peerAddress: peerAddress)
      switch header.type.rawValue {
      case "registration_request": try register(query)
      case "unregistration_request":
        guard let number = query.content["id"]?.integer else {
          throw WireError(.malformed, "an unregistration without id")
        }
        handle(.unregistrationRequested(number: number))
      default: answer(query)
      }
    } catch {
      exchange.refuse(error, on: .query)
    }
  }

  private mutating func register(_ query: Query) throws(WireError) {
    guard let uuid = query.content["uuid"]?.string else {
      throw WireError(.malformed, "a registration without uuid")
    }
    let origin = EngineOrigin(host: query.peerAddress, process: query.header.id.process)
    let request = EngineTable.Event.registrationRequested(
      EngineID(uuid), number: query.content["id"]?.integer, origin)
    for action in engines.handle(request, at: exchange.now) {
      switch action {
      case .accept(let number):
        exchange.log(.info, "engine \(number) (\(uuid)) is joining")
        reply(toRegistration: query, registrationReply.accepting(number))
      case .refuse(let error):
        exchange.log(.warning, "engine \(uuid) may not join: \(error.text)")
        reply(toRegistration: query, error.content)
      default: perform(action)
      }
    }
  }

  private mutating func reply(toRegistration query: Query, _ content: JSONText) {
    exchange.send(
      MessageType("registration_reply"), content, to: [query.client.bytes], on: .query)
  }

  private var engineQueries: EngineQueries {
    EngineQueries(process: process, engines: engines, tasks: tasks, direct: direct.requests)
  }

  private mutating func answer(_ query: Query) {
    exchange.log(.debug, "a client asks: \(query.header.type)")
    do throws(RemoteError) {
      switch query.header.type.rawValue {
      case "connection_request": exchange.reply(to: query, engineQueries.connection())
      case "queue_request":
        exchange.reply(to: query, try engineQueries.queueStatus(query.content))
      case "load_request": exchange.reply(to: query, try engineQueries.load(query.content))
      case "apus_status_request":
        exchange.reply(to: query, engineQueries.status())
      case "result_request": try answerResults(query)
      case "history_request", "db_request", "purge_request": answerFromRecords(query)
      case "resubmit_request": try resubmit(query)
      case "shutdown_request": shutDown(query)
      case "apus_exit_request": exchange.reply(to: query, processEnded(query))
      case "become_dask_request", "stop_distributed_request":
        throw RemoteError(
          "NotImplementedError", "this controller does not start a dask scheduler")
      default: throw RemoteError("KeyError", "Bad Message Type: '\(query.header.type)'")
      }
    } catch {
      exchange.reply(to: query, error, as: .hubError)
    }
  }

  private mutating func shutDown(_ query: Query) {
    exchange.log(.info, "a client requests shutdown")
    exchange.reply(to: query, [])
    exchange.send(
      MessageType("shutdown_notification"), JSONText(object: [("status", .string("ok"))]),
      parent: (try? JSONValue(query.parent)).map { JSONText($0).bytes } ?? Array("{}".utf8),
      on: .notification)
    stopsAt = exchange.now + Self.shutdownDelay
  }

  /// Handles a launcher's report of how an engine's process on its machine ended.
  private mutating func processEnded(_ query: Query) -> [(String, JSONText)] {
    guard let process = query.content["process"]?.integer,
      let cause = query.content["cause"]?.string
    else { return [] }
    let origin = EngineOrigin(host: query.peerAddress, process: process)
    var members: [(String, JSONText)] = []
    for action in engines.handle(.processEnded(origin, cause: cause), at: exchange.now) {
      if case .reportMatched(let engine) = action {
        members = [("id", .integer(engine.number))]
      } else {
        perform(action)
      }
    }
    return members
  }

  // MARK: Records

  private func requireRecords() throws(RemoteError) {
    if records.store == .none {
      throw RemoteError(
        "NoData", "this controller keeps no records; start it with --dictdb or --sqlitedb")
    }
  }

  private mutating func answerResults(_ query: Query) throws(RemoteError) {
    let ids = Set(try query.ids(query.content["msg_ids"])).sorted { $0.text < $1.text }
    if query.content["status_only"]?.bool == true {
      let known = records.records(ids, engine: requests.engine(of:))
      reply(to: query, resultsOf: ids, known, isStatusOnly: true)
      return
    }
    try requireRecords()
    let wanted = RecordQuery(ids: ids)
    if let found = try queries.find(wanted, for: .results(query, ids), requests, &records) {
      reply(to: query, resultsOf: ids, found, isStatusOnly: false)
    }
  }

  private mutating func reply(
    to query: Query, resultsOf ids: [MessageID], _ found: [TaskRecord], isStatusOnly: Bool
  ) {
    do throws(RemoteError) {
      let reply = try ResultReply(
        ids, found, isStatusOnly: isStatusOnly, state: requests.state(of:))
      exchange.reply(to: query, reply.members, buffersOf: reply.replies)
    } catch {
      exchange.reply(to: query, error)
    }
  }

  private mutating func answerFromRecords(_ query: Query) {
    do throws(RemoteError) {
      switch query.header.type.rawValue {
      case "history_request":
        try requireRecords()
        if let ids = queries.history(query, &records) { reply(to: query, history: ids) }
      case "db_request":
        try requireRecords()
        let keys = query.content["keys"]?.strings
        if let unknown = keys?.first(where: { !TaskRecord.keys.contains($0) }) {
          throw RemoteError("KeyError", unknown)
        }
        let wanted = try RecordQuery(query.content["query"] ?? [:])
        let pending = RecordQueries.Pending.records(query, wanted, keys: keys)
        if let found = try queries.find(wanted, for: pending, requests, &records) {
          reply(to: query, records: found, keys: keys)
        }
      default:
        let requests = requests
        let wanted = try query.purged(engines.registry) { requests.state(of: $0) == .pending }
        if try queries.remove(wanted, query, requests, &records) { exchange.reply(to: query, []) }
      }
    } catch {
      exchange.reply(to: query, error)
    }
  }

  private mutating func reply(to query: Query, history ids: [MessageID]) {
    exchange.reply(to: query, [("history", .strings(ids.map(\.text)))])
  }

  private mutating func reply(to query: Query, records: [TaskRecord], keys: [String]?) {
    let reply = RecordsReply(records, keys: keys)
    exchange.reply(to: query, reply.members, buffersOf: reply.messages)
  }

  private mutating func resubmit(_ query: Query) throws(RemoteError) {
    let ids = try query.ids(query.content["msg_ids"])
    try requireRecords()
    let pending = RecordQueries.Pending.resubmission(query, ids)
    if let found = try queries.find(RecordQuery(ids: ids), for: pending, requests, &records) {
      resubmit(query, ids, found)
    }
  }

  private mutating func resubmit(_ query: Query, _ ids: [MessageID], _ found: [TaskRecord]) {
    do throws(RemoteError) {
      let all = try Resubmission.all(ids, found, &exchange)
      var renamed: [(String, JSONText)] = []
      for resubmission in all {
        submit(resubmission.header, resubmission.envelope, hasClient: false)
        renamed.append((resubmission.record.id.text, .string(resubmission.header.id.text)))
        resubmission.record.resubmitted = resubmission.header.id
        records.keep(resubmission.record)
      }
      exchange.reply(to: query, [("resubmitted", JSONText(object: renamed))])
    } catch {
      exchange.reply(to: query, error)
    }
  }

  /// Answers the query that was waiting for this reply of the archive.
  package mutating func receiveArchiveReply(
    _ token: Int, _ result: Result<ArchiveReply, RemoteError>
  ) {
    guard let pending = queries.take(token) else { return }
    switch (pending, result) {
    case (.results(let query, let ids), .success(.found(let found))):
      let merged = RecordQueries.merge(found, RecordQuery(ids: ids), requests, records)
      reply(to: query, resultsOf: ids, merged, isStatusOnly: false)
    case (.records(let query, let wanted, let keys), .success(.found(let found))):
      reply(
        to: query, records: RecordQueries.merge(found, wanted, requests, records), keys: keys)
    case (.resubmission(let query, let ids), .success(.found(let found))):
      let merged = RecordQueries.merge(found, RecordQuery(ids: ids), requests, records)
      resubmit(query, ids, merged)
    case (.history(let query), .success(.history(let ids))): reply(to: query, history: ids)
    case (.purge(let query), .success): exchange.reply(to: query, [])
    case (.results(let query, _), .failure(let error)),
      (.records(let query, _, _), .failure(let error)), (.history(let query), .failure(let error)),
      (.purge(let query), .failure(let error)), (.resubmission(let query, _), .failure(let error)):
      exchange.reply(to: query, error)
    default: preconditionFailure("the archive answered another kind of question")
    }
  }
}
