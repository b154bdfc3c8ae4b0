// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
package import ApusWire
import Logging

/// Requests that are answered in slices.
extension ControllerCore {
  /// Begins a new slice: the work until the next call of this counts towards it.
  package mutating func beginSlice() { slice = Slice() }

  /// Whether enough has been done to give others their turn.
  package var isSliceUsedUp: Bool { slice.isUsedUp }

  /// Whether requests wait for their next slice.
  package var hasWork: Bool {
    !work.waiting.isEmpty || sending != nil || !waitingBroadcasts.isEmpty
  }

  /// Goes on with the broadcast and the request that have waited longest.
  package mutating func goOn() {
    goOnWithBroadcasts()
    slice = Slice()
    if let next = work.popFirst() { run(next) }
  }

  /// Sends broadcasts, the oldest first.
  mutating func goOnWithBroadcasts() {
    while !slice.isUsedUp, var next = sending ?? waitingBroadcasts.popFirst() {
      sending = broadcasts.send(&next, engines, &slice, &exchange) ? nil : next
    }
  }

  /// Begins a request: at once, unless enough has been done for now.
  mutating func start(_ new: Work) {
    if !slice.isUsedUp {
      run(new)
    } else if let query = new.query, work.isFull {
      exchange.reply(to: query, Self.tooMany)
    } else {
      work.append(new)
    }
  }

  private mutating func run(_ current: Work) {
    do throws(RemoteError) {
      switch current {
      case .unread(let current):
        if current.step() { receive(current) } else { work.append(.unread(current)) }
      case .results(let current): try run(current)
      case .records(let current): try run(current)
      case .history(let current): run(current)
      case .purge(let current): try run(current)
      case .resubmission(let current): try run(current)
      case .queues(let current):
        if !current.step(requests, &exchange, &slice) { work.append(.queues(current)) }
      case .withdrawal(let current):
        let (ids, isLast) = current.step(&slice)
        tasks.handle(.withdrawn(ids, current.error), &records, &exchange)
        if isLast {
          exchange.reply(to: current.query, [])
        } else {
          work.append(.withdrawal(current))
        }
      case .restoration(let current): run(current)
      case .sending(let current):
        if !current.step(&exchange, &slice) { work.append(.sending(current)) }
      case .abort(let current):
        let (ids, isLast) = current.step(&slice)
        tasks.abort(ids, &records, &exchange)
        if !isLast { work.append(.abort(current)) }
      }
    } catch {
      if let query = current.query { exchange.reply(to: query, error) }
    }
    startLongMessages()
  }

  /// Begins to send the messages that are signed in slices.
  mutating func startLongMessages() {
    for message in exchange.takeLongMessages() { start(.sending(message)) }
  }

  private mutating func run(_ current: ResultsWork) throws(RemoteError) {
    switch try current.step(requests, records, &exchange, &slice) {
    case .unfinished: work.append(.results(current))
    case .needsArchive(let ids): find(RecordQuery(ids: ids), for: .results(current))
    case .ended: break
    }
  }

  private mutating func run(_ current: RecordsWork) throws(RemoteError) {
    if try !current.step(requests, records, &exchange, &slice) { work.append(.records(current)) }
  }

  private mutating func run(_ current: HistoryWork) {
    if !current.step(records, &exchange, &slice) { work.append(.history(current)) }
  }

  private mutating func run(_ current: PurgeWork) throws(RemoteError) {
    guard try current.step(requests, &records, &slice) else {
      work.append(.purge(current))
      return
    }
    guard records.hasArchive else {
      exchange.reply(to: current.query, [])
      return
    }
    records.ask(.remove(current.archived, token: work.suspend(.purge(current))))
  }

  private mutating func run(_ current: ResubmissionWork) throws(RemoteError) {
    while true {
      switch try current.step(records, &exchange, &slice) {
      case .unfinished:
        work.append(.resubmission(current))
        return
      case .needsArchive(let ids):
        find(RecordQuery(ids: ids), for: .resubmission(current))
        return
      case .submit(let resubmission):
        submit(resubmission.header, resubmission.envelope, hasClient: false)
        resubmission.record.resubmitted = resubmission.header.id
        records.keep(resubmission.record)
      case .ended: return
      }
    }
  }

  // MARK: The archive

  static let tooMany = RemoteError(
    "RuntimeError", "too many long requests are waiting; ask again")

  private mutating func find(_ wanted: RecordQuery, for waiting: Work) {
    if let query = waiting.query, work.isFull {
      exchange.reply(to: query, Self.tooMany)
      return
    }
    records.ask(.find(wanted, token: work.suspend(waiting)))
  }

  /// Begins to answer a `db_request`.
  mutating func startRecords(_ query: Query) throws(RemoteError) {
    let new = try RecordsWork(query)
    if records.hasArchive {
      find(new.matcher.query, for: .records(new))
    } else {
      try new.start(records)
      start(.records(new))
    }
  }

  /// Begins to answer a `history_request`.
  mutating func startHistory(_ query: Query) {
    let new = HistoryWork(query, records)
    if records.hasArchive {
      records.ask(.history(token: work.suspend(.history(new))))
    } else {
      start(.history(new))
    }
  }

  /// Goes on with the request that was waiting for this answer of the archive.
  package mutating func receiveArchiveReply(
    _ token: Int, _ result: Result<ArchiveReply, RemoteError>
  ) {
    guard let waiting = work.resume(token) else { return }
    if case .failure(let error) = result {
      if let query = waiting.query {
        exchange.reply(to: query, error)
      } else {
        exchange.log(.error, "unfinished requests cannot be taken over: \(error.text)")
      }
      return
    }
    switch (waiting, result) {
    case (.results(let current), .success(.found(let found))):
      current.resume(with: found)
      start(.results(current))
    case (.records(let current), .success(.found(let found))):
      current.start(with: found)
      start(.records(current))
    case (.resubmission(let current), .success(.found(let found))):
      current.resume(with: found)
      start(.resubmission(current))
    case (.restoration(let current), .success(.found(let found))):
      current.resume(with: found)
      start(.restoration(current))
    case (.history(let current), .success(.history(let ids))):
      start(.history(HistoryWork(current.query, ids)))
    case (.purge(let current), .success): exchange.reply(to: current.query, [])
    default: preconditionFailure("the archive answered another kind of question")
    }
  }
}
