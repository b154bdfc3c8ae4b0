// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Logging

/// The journal: what is written, taken over, and written again.
extension ControllerCore {
  /// Begins to write a journal, and takes over what is in it.
  ///
  /// Tasks go on at their engines or wait as before; their answers wait until their clients are heard, whose connections have
  /// other names now.
  package mutating func restore(_ contents: JournalContents) {
    records.journal = JournalWriter(after: contents)
    handle(.restored(EngineState(contents)))
    for (id, end) in contents.outcomes { noteOutcome(id, end) }
    var (waiting, running, ended) = (0, 0, 0)
    // What waits, or has lost its engine, comes last, so that it does not take the room of a task that an engine has.
    let requests = contents.inOrder
    let waits = requests.map { $0.finished == nil && !($0.engine.map(engines.isKnown) ?? false) }
    let order = requests.indices.filter { !waits[$0] } + requests.indices.filter { waits[$0] }
    for request in order.map({ requests[$0] }) {
      let record = TaskRecord(request)
      records.adopt(record)
      if let end = request.finished {
        ended += 1
        restoreEnded(request, end, record, lacksAnswer: contents.lacksAnswer(request))
      } else if request.accepted.channel == .task {
        restoreTask(request, record)
        if request.engine == nil { waiting += 1 } else { running += 1 }
      } else {
        running += 1
        restoreDirect(request, record)
      }
    }
    guard !contents.isEmpty else { return }
    exchange.log(
      .warning,
      "took over \(contents.engines.count) engines from the journal; of the requests, \(running) were at engines, \(waiting) waited, and the results of \(ended) are kept"
    )
  }

  private mutating func noteOutcome(_ id: MessageID, _ end: JournalEntry.Finished) {
    tasks.handle(
      .outcomeRestored(id, hasCompleted: end.hasSucceeded, end.engine), &records, &exchange)
  }

  private mutating func restoreEnded(
    _ request: JournalContents.Request, _ end: JournalEntry.Finished, _ record: TaskRecord,
    lacksAnswer: Bool
  ) {
    if request.accepted.channel == .task {
      noteOutcome(end.id, end)
    } else {
      direct.adoptEnded(end.id)
    }
    if lacksAnswer, let reply = end.reply, let session = record.clientUUID {
      answer(end.id, of: session, reply, on: request.accepted.channel)
    }
  }

  private mutating func restoreTask(
    _ request: JournalContents.Request, _ record: TaskRecord
  ) {
    var request = request
    let id = request.accepted.id
    // The key may be another one now, and an engine may have seen the request, though nothing says so if the disk was full.
    request.accepted.message = exchange.signedAnew(request.accepted.message)
    let session = record.clientUUID ?? ""
    if request.accepted.hasClient { restored.expect(id, from: session) }
    tasks.restore(request, &records, &exchange)
    if let engine = request.engine, tasks.scheduler.engine(of: id) == engine {
      restored.begin(
        RestoredRequests.Open(
          id: id, engine: engine, session: session, channel: .task, isRouted: true))
    }
  }

  private mutating func restoreDirect(_ request: JournalContents.Request, _ record: TaskRecord) {
    let open = RestoredRequests.Open(
      id: request.accepted.id, engine: request.engine ?? EngineID(""),
      session: record.clientUUID ?? "", channel: .mux)
    guard engines.isKnown(open.engine) else { return lose(open) }
    direct.adopt(open.id, at: open.engine)
    restored.begin(open)
  }

  /// Notes that an engine is here.
  mutating func note(joined engine: Engine) {
    records.journal?.write(
      .joined(
        engine.id, number: engine.number, host: engine.origin.host, process: engine.origin.process))
  }

  // MARK: Old segments

  /// Writes an entry of an old segment again if it still matters.
  package mutating func keep(_ entry: OldEntry) {
    switch entry.subject {
    case .request(let id):
      guard records[id] != nil || restored.keeps(id) else { return }
      records.journal?.write(again: entry)
      keepState(of: id)
    // What came in before it was written again, with its state at that time.
    case .state: break
    case .end(let id): keepEnd(of: id, entry)
    case .answer(let id):
      if records[id] != nil { records.journal?.write(again: entry) }
    case .engine(let id):
      // One that is away may come back, also to the next controller.
      let engine = engines.registry.engine(id) ?? engines.registry.absent(id)
      if let engine { note(joined: engine) }
    case .start:
      if let epoch = records.journal?.epoch {
        records.journal?.write(
          .started(epoch: epoch, nextNumber: engines.registry.nextNumber))
      }
    case .past: break
    }
  }

  private mutating func keepState(of id: MessageID) {
    guard let attempts = tasks.scheduler.attempts(of: id) else { return }
    records.journal?.write(.waiting(id, attempts))
    if let engine = tasks.scheduler.engine(of: id) {
      records.journal?.write(.assigned(id, engine))
    }
  }

  private mutating func keepEnd(of id: MessageID, _ entry: OldEntry) {
    if records[id]?.isCompleted == true || restored.keeps(id) {
      records.journal?.write(again: entry)
      return
    }
    drop(id)
    if neededOutcomes.contains(id), let outcome = entry.outcome { records.journal?.write(outcome) }
  }

  /// Notes that nothing of a request is kept: its beginning may have been written again when it still was.
  private mutating func drop(_ id: MessageID) { records.journal?.write(.removed([id])) }

  /// Notes which outcomes unfinished tasks still need, before the entries of a segment are looked at.
  package mutating func beginKeeping() { neededOutcomes = tasks.scheduler.neededOutcomes }
}

extension EngineState {
  /// The engines in a journal.
  fileprivate init(_ contents: JournalContents) {
    self.init(nextNumber: contents.nextNumber)
    for engine in contents.engines {
      engines[engine.number] = engine.id
      origins[engine.id] = EngineOrigin(host: engine.host, process: engine.process)
    }
  }
}

extension TaskRecord {
  /// The record of a request in a journal.
  convenience init(_ request: JournalContents.Request) {
    let accepted = request.accepted
    self.init(accepted.id)
    self.request = accepted.message
    channel = accepted.channel == .task ? .task : .mux
    isJournaled = true
    hasDroppedBuffers = accepted.lacksBuffers
    engine = request.finished?.engine ?? request.engine
    guard let end = request.finished else { return }
    reply = end.reply
    received = end.received
    isCompleted = true
  }
}
