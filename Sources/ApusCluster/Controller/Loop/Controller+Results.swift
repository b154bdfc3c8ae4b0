// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Requests for records and results.
extension Controller {
  private func ids(_ value: JSONValue?) throws(RemoteError) -> [MessageID] {
    if let text = value?.string { return [MessageID(text)] }
    guard let texts = value?.strings else {
      throw RemoteError("TypeError", "msg_ids is a list of names of messages")
    }
    return texts.map { MessageID($0) }
  }

  private func requireRecords() throws(RemoteError) {
    if configuration.store == .none {
      throw RemoteError(
        "NoData", "this controller keeps no records; start it with --dictdb or --sqlitedb")
    }
  }

  /// Finds records in the archive if there is one, else in memory.
  private func find(
    _ query: RecordQuery, _ found: @escaping (Result<[TaskRecord], RemoteError>) -> Void
  ) {
    if let archive {
      archive.find(query) { result in
        found(result.map { self.merged($0, query) })
      }
      return
    }
    do throws(RemoteError) {
      found(.success(try records.find(query)))
    } catch {
      found(.failure(error))
    }
  }

  /// Adds what only memory has so far, because the database could not be written.
  private func merged(_ archived: [TaskRecord], _ query: RecordQuery) -> [TaskRecord] {
    guard let ids = query.ids else { return archived }
    let known = Set(archived.filter(\.isCompleted).map(\.id))
    let others = Set(ids).subtracting(known).compactMap { records[$0] }
    return archived.filter { found in !others.contains { $0.id == found.id } } + others
  }

  private func refuse(_ query: Query, _ error: RemoteError) {
    reply(query, error.content, type: query.header.type.reply)
  }

  func results(_ query: Query) throws(RemoteError) {
    let ids = Set(try ids(query.content["msg_ids"])).sorted { $0.text < $1.text }
    if query.content["status_only"]?.bool == true {
      answerResults(query, ids, [], isStatusOnly: true)
      return
    }
    if configuration.store == .none { try requireRecords() }
    find(RecordQuery(ids: ids)) { result in
      switch result {
      case .success(let records): self.answerResults(query, ids, records, isStatusOnly: false)
      case .failure(let error): self.refuse(query, error)
      }
    }
  }

  private func answerResults(
    _ query: Query, _ ids: [MessageID], _ found: [TaskRecord], isStatusOnly: Bool
  ) {
    let records = Dictionary(found.map { ($0.id, $0) }) { $1 }
    var (pending, completed): ([String], [String]) = ([], [])
    var entries: [(String, JSONText)] = []
    var buffers: [Envelope] = []
    for id in ids {
      let state = state(id)
      if state == .pending
        || (state == .unknown && records[id].map { $0.completed == nil } ?? false)
      {
        pending.append(id.text)
        continue
      }
      guard let record = records[id] ?? (isStatusOnly ? self.records[id] : nil) else {
        guard isStatusOnly && state == .completed else {
          let isCulled = state == .completed
          refuse(
            query,
            RemoteError(
              "KeyError",
              isCulled ? "The result of \(id) is not kept any more" : "No such message: \(id)"))
          return
        }
        completed.append(id.text)
        continue
      }
      completed.append(id.text)
      if isStatusOnly { continue }
      entries.append((id.text, record.result))
      if let reply = record.reply { buffers.append(reply) }
    }
    reply(
      query, [("pending", .strings(pending)), ("completed", .strings(completed))] + entries,
      buffers: buffers)
  }

  func history(_ query: Query) {
    let answer = { (result: Result<[MessageID], RemoteError>) in
      switch result {
      case .success(let ids): self.reply(query, [("history", .strings(ids.map(\.text)))])
      case .failure(let error): self.refuse(query, error)
      }
    }
    do throws(RemoteError) {
      try requireRecords()
      if let archive { archive.history(answer) } else { answer(.success(records.history)) }
    } catch {
      refuse(query, error)
    }
  }

  func findRecords(_ query: Query) throws(RemoteError) {
    let keys = query.content["keys"]?.strings
    do throws(RemoteError) {
      try requireRecords()
      if let unknown = keys?.first(where: { !TaskRecord.keys.contains($0) }) {
        throw RemoteError("KeyError", unknown)
      }
      let wanted = try RecordQuery(query.content["query"] ?? [:])
      find(wanted) { result in
        switch result {
        case .success(let records): self.answerRecords(query, records, keys)
        case .failure(let error): self.refuse(query, error)
        }
      }
    } catch {
      refuse(query, error)
    }
  }

  private func answerRecords(_ query: Query, _ records: [TaskRecord], _ keys: [String]?) {
    let isBuffer = { (key: String) in key == "buffers" || key == "result_buffers" }
    let shown =
      keys.flatMap { $0.isEmpty ? nil : ["msg_id"] + $0.filter { $0 != "msg_id" && !isBuffer($0) } }
      ?? TaskRecord.keys.filter { !isBuffer($0) }
    var buffers: [Envelope] = []
    var (counts, resultCounts): ([JSONText], [JSONText]) = ([], [])
    let (wantsRequests, wantsReplies) = (
      keys?.contains("buffers") ?? false, keys?.contains("result_buffers") ?? false
    )
    for record in records {
      if wantsRequests {
        counts.append(.integer(record.request?.bufferCount ?? 0))
        if let request = record.request { buffers.append(request) }
      }
      if wantsReplies {
        resultCounts.append(.integer(record.reply?.bufferCount ?? 0))
        if let reply = record.reply { buffers.append(reply) }
      }
    }
    let texts = records.map { record in JSONText(object: shown.map { ($0, record.text($0)) }) }
    reply(
      query,
      [
        ("records", JSONText(array: texts)),
        ("buffer_lens", wantsRequests ? JSONText(array: counts) : .null),
        ("result_buffer_lens", wantsReplies ? JSONText(array: resultCounts) : .null),
      ], buffers: buffers)
  }

  // MARK: Dropping and repeating

  func purge(_ query: Query) throws(RemoteError) {
    do throws(RemoteError) {
      var queries: [RecordQuery] = []
      if query.content["msg_ids"]?.string == "all" {
        queries.append(RecordQuery(tests: [Self.isCompleted]))
      } else {
        let ids = try ids(query.content["msg_ids"] ?? [])
        if let open = ids.first(where: { ledger.isOpen($0) }) {
          throw RemoteError("IndexError", "msg pending: '\(open)'")
        }
        queries.append(RecordQuery(ids: ids))
        for value in query.content["engine_ids"]?.array ?? [] {
          guard let engine = value.integer.flatMap({ registry.engine(id: $0) }) else {
            throw RemoteError("IndexError", "No such engine: \(JSONText(value))")
          }
          let test = RecordQuery.Test(
            key: "engine_uuid", operation: .eq, value: .string(engine.uuid))
          queries.append(RecordQuery(tests: [test, Self.isCompleted]))
        }
      }
      try remove(queries, query)
    } catch {
      refuse(query, error)
    }
  }

  private static var isCompleted: RecordQuery.Test {
    RecordQuery.Test(key: "completed", operation: .ne, value: .null)
  }

  private func remove(_ queries: [RecordQuery], _ query: Query) throws(RemoteError) {
    for wanted in queries {
      for record in try records.find(wanted) { records.remove(record.id) }
    }
    guard let archive else {
      reply(query, [])
      return
    }
    var left = queries.count
    var failure: RemoteError?
    for wanted in queries {
      archive.remove(wanted) { error in
        left -= 1
        failure = failure ?? error
        guard left == 0 else { return }
        if let failure { self.refuse(query, failure) } else { self.reply(query, []) }
      }
    }
  }

  func resubmit(_ query: Query) throws(RemoteError) {
    let ids = try ids(query.content["msg_ids"])
    try requireRecords()
    find(RecordQuery(ids: ids)) { result in
      do throws(RemoteError) {
        try self.resubmit(ids, try result.get(), query)
      } catch {
        self.refuse(query, error)
      }
    }
    performTaskActions()
  }

  private func resubmit(
    _ ids: [MessageID], _ found: [TaskRecord], _ query: Query
  ) throws(RemoteError) {
    let records = Dictionary(found.map { ($0.id, $0) }) { $1 }
    let missing = ids.filter { records[$0]?.request == nil }
    guard missing.isEmpty else {
      throw RemoteError("KeyError", "No such msg(s): \(missing.map(\.text))")
    }
    if let light = ids.first(where: { records[$0]?.lacksBuffers ?? false }) {
      throw RemoteError(
        "KeyError", "the arguments of \(light) are not kept any more; they were too large")
    }
    var renamed: [(String, JSONText)] = []
    for id in ids {
      guard let record = records[id], let request = record.request else { continue }
      let new = try resubmit(request)
      renamed.append((id.text, .string(new.text)))
      record.resubmitted = new
      keep(record)
    }
    reply(query, [("resubmitted", JSONText(object: renamed))])
    performTaskActions()
  }

  /// Submits a request again under a new name; where and when it may run is not repeated.
  private func resubmit(_ request: Envelope) throws(RemoteError) -> MessageID {
    let id = maker.nextID()
    do throws(WireError) {
      let date = ControllerClock.date
      let header = try JSONText.object(
        request.header,
        replacing: [("msg_id", .string(id.text)), ("date", .string(date.description))])
      let message = WireMessage(header: header, parent: request.header, content: request.content)
      let envelope = Envelope(
        message, identities: [Self.ownIdentity], signature: signer.sign(message.signedFrames))
      for index in request.firstBuffer..<request.parcel.count {
        envelope.parcel.append(request.parcel, index)
      }
      submit(try envelope.readHeader(), try Envelope(envelope.parcel), hasClient: false)
      return id
    } catch {
      throw RemoteError("ValueError", error.message)
    }
  }
}
