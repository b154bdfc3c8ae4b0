// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
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
      // Building values takes longer than checking a signature.
      let byteCount = envelope.parcel.byteCount(envelope.delimiter + 5)
      slice.count(bytes: byteCount * 8)
      let query = UnreadQuery(envelope, header, peerAddress: peerAddress)
      if byteCount < UnreadQuery.longContent {
        receive(query)
      } else if work.isFull {
        refuseTooMany(query)
      } else {
        work.append(.unread(query))
      }
    } catch {
      exchange.refuse(error, on: .query)
    }
  }

  /// Reads a query and begins to answer it.
  mutating func receive(_ unread: UnreadQuery) {
    guard let query = read(unread) else { return }
    do throws(WireError) {
      switch query.header.type.rawValue {
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

  private mutating func refuseTooMany(_ query: UnreadQuery) {
    exchange.answer(
      query.header, parent: query.envelope.header, with: Self.tooMany,
      to: [query.envelope.parcel.bytes(0)], on: .query)
  }

  /// Reads a query; one whose content cannot be read is answered with an error.
  private mutating func read(_ query: UnreadQuery) -> Query? {
    do throws(WireError) {
      return try Query(query)
    } catch {
      exchange.refuse(error, on: .query)
      exchange.answer(
        query.header, parent: query.envelope.header,
        with: RemoteError("ValueError", error.message),
        to: [query.envelope.parcel.bytes(0)], on: .query)
      return nil
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
        note(joined: Engine(number: number, id: EngineID(uuid), origin: origin))
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
      case "connection_request":
        demands.heard(query.client, query.content, now: exchange.now)
        exchange.reply(
          to: query,
          engineQueries.connection() + registrationReply.limits
            + demands.supply(now: exchange.now))
      case "queue_request": try answerQueues(query)
      case "load_request": exchange.reply(to: query, try engineQueries.load(query.content))
      case "apus_status_request":
        exchange.reply(
          to: query, engineQueries.status(now: exchange.now) + demands.status(now: exchange.now))
      case "apus_supply_request": answerSupply(query)
      case "apus_keep_request": try answerKeep(query)
      case "apus_release_request": release(query)
      case "result_request", "history_request", "db_request", "purge_request":
        answerFromRecords(query)
      case "resubmit_request":
        if let error = journalError { throw error }
        let new = try ResubmissionWork(query)
        try requireRecords()
        start(.resubmission(new))
      case "shutdown_request": shutDown(query)
      case "apus_give_up_request":
        let new = WithdrawalWork(query, tasks.scheduler)
        exchange.log(.error, "waiting tasks fail: \(new.error.text)")
        givenUp = new.error
        start(.withdrawal(new))
      case "apus_exit_request": exchange.reply(to: query, processEnded(query))
      case "become_dask_request", "stop_distributed_request":
        throw RemoteError(
          "NotImplementedError", "this controller does not start a dask scheduler")
      default: throw RemoteError("KeyError", "Bad Message Type: '\(query.header.type)'")
      }
    } catch {
      exchange.reply(to: query, error, as: .hubError)
    }
    startLongMessages()
  }

  private mutating func shutDown(_ query: Query) {
    exchange.log(.info, "a client requests shutdown")
    exchange.reply(to: query, [])
    exchange.send(
      MessageType("shutdown_notification"), JSONText(object: [("status", .string("ok"))]),
      parent: (try? JSONText(checking: query.parent))?.bytes ?? Array("{}".utf8),
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

  private mutating func answerFromRecords(_ query: Query) {
    do throws(RemoteError) {
      switch query.header.type.rawValue {
      case "result_request":
        let new = try ResultsWork(query)
        if !new.isStatusOnly { try requireRecords() }
        start(.results(new))
      case "history_request":
        try requireRecords()
        startHistory(query)
      case "db_request":
        try requireRecords()
        try startRecords(query)
      default: start(.purge(try PurgeWork(query, engines.registry)))
      }
    } catch {
      exchange.reply(to: query, error)
    }
  }

  private mutating func answerQueues(_ query: Query) throws(RemoteError) {
    let wanted = try engineQueries.engines(query.content["targets"])
    if query.content["verbose"]?.bool ?? false {
      start(.queues(QueueWork(query, wanted, tasks, direct.requests)))
    } else {
      exchange.reply(to: query, engineQueries.queueCounts(wanted))
    }
  }
}
