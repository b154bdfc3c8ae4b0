// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusRecordLog
package import ApusTransport
package import ApusWire
package import Logging

/// Drives a ``ControllerCore``: reads messages and the clock, hands them over, and performs the effects.
///
/// It decides nothing. One thread owns the transport and runs ``run()``; the loop never waits for an engine, a client
/// or a disk.
package final class Controller<Transport: ControllerTransport, Clock: TimeSource> {
  private let transport: Transport
  private let clock: Clock
  private let files: ConnectionFiles
  private let log: Logger
  private let archive: (any RecordArchive)?
  private let journal: Journal?
  private let stopping = StopStorage()
  private var core: ControllerCore
  private var pace = SavingPace()
  private var effects: [Effect] = []
  private var now = Instant()
  private var nextLook = Instant()
  private var cannotSave = false
  private var refusals = RefusalNotices()
  private var bytesReceived = 0
  /// When memory is given back once more, because what waited for a peer that has stalled is dropped later.
  private var nextReturn: Instant?

  /// How often the limit of open files is looked at.
  private static var lookInterval: Duration { .seconds(1) }
  /// The received bytes after which an idle controller gives free memory back to the system.
  private static var returnedBytes: Int { 64 << 20 }
  private static var returnInterval: Duration { .seconds(60) }
  /// How many entries of an old segment of the journal are looked at in a turn: some hundreds of microseconds.
  private static var entriesPerSlice: Int { 512 }
  private static var bytesPerSlice: Int { 4 << 20 }

  /// The most messages read from one channel in a turn, so that none keeps the others waiting; large ones or long
  /// requests end its turn earlier.
  package static var maximumPerTurn: Int { 256 }

  /// Channels with input, in the order in which they are read: first pongs and queries, by which engines
  /// join and stay, then replies, then requests.
  package static var readOrder: [Channel] {
    [
      .pong, .query, .taskEngines, .muxEngines, .broadcastEngines, .controlEngines, .outputEngines,
      .controlClients, .muxClients, .taskClients, .broadcastClients,
    ]
  }

  /// - Parameters:
  ///   - archive: the store for records beyond those in memory.
  ///   - journal: keeps what the next controller needs.
  package init(
    _ core: ControllerCore, transport: Transport, clock: Clock, files: ConnectionFiles,
    log: Logger, archive: (any RecordArchive)? = nil, journal: Journal? = nil
  ) {
    self.core = core
    self.transport = transport
    self.clock = clock
    self.files = files
    self.log = log
    self.archive = archive
    self.journal = journal
    archive?.wake = transport.waker
    setTime()
    perform()
  }

  /// The files that clients and engines read.
  package var connectionFiles: (client: ConnectionFile, engine: ConnectionFile) {
    transport.connectionFiles
  }

  /// Makes ``run()`` return soon; may be called from any thread.
  package var stopper: @Sendable () -> Void {
    let (stopping, wake) = (stopping, transport.waker)
    return {
      stopping.stop()
      wake()
    }
  }

  /// The invariants of the parts that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] { core.violatedInvariants() }

  /// Whether a request is known, with or without an answer.
  package func knows(_ id: MessageID) -> Bool { !core.isNew(id) }

  /// The number of requests that have no answer.
  package var openRequestCount: Int { core.openRequestCount }

  // MARK: The loop

  /// Serves until it is stopped or a client requests shutdown, then removes the connection files.
  package func run() {
    log.info("ready: \(files.paths.joined(separator: ", "))")
    while !stopping.isStopped && turn(milliseconds: millisecondsToNextEvent()) {}
    for message in archive?.close() ?? [] { log(message) }
    pace.expedite(now: now)
    saveEnginesIfDue()
    transport.removeFiles()
    files.removeUnlessKept(transport.connectionFiles, log: log)
    log.info("stopped")
  }

  /// Waits for input, handles it and does what is due.
  ///
  /// - Returns: false if the controller must stop.
  package func turn(milliseconds: Int) -> Bool {
    let isReady = transport.wait(milliseconds: milliseconds)
    setTime()
    if isReady { readAll() } else { returnMemory() }
    look()
    core.beginSlice()
    for message in archive?.finishReads() ?? [] { log(message) }
    core.passTime()
    core.beginSlice()
    core.goOn()
    cleanJournal()
    perform()
    saveEnginesIfDue()
    return core.stopsAt.map { now < $0 } ?? true
  }

  private func setTime() {
    now = clock.now
    core.setTime(now, date: clock.date)
  }

  /// When it has something to do even if nothing comes in.
  package func nextEvent() -> Instant {
    if journal?.needsCleaning ?? false { return now }
    return min(
      core.nextEvent(), pace.next ?? .distantFuture, journal?.nextEvent ?? .distantFuture)
  }

  private func millisecondsToNextEvent() -> Int {
    let (next, clock) = (nextEvent(), clock.now)
    return next <= clock ? 0 : min(60_000, clock.duration(to: next).milliseconds + 1)
  }

  private func log(_ message: ArchiveMessage) {
    switch message {
    case .failure(let text): log.error("\(text)")
    case .recovery(let text): log.warning("\(text)")
    }
  }

  private func look() {
    guard nextLook <= now else { return }
    nextLook = now + Self.lookInterval
    core.heard(openFiles: transport.openFiles)
    transport.noticeDepartures()
    if let text = refusals.note(transport.takeRefusals(), now: now) { log.warning("\(text)") }
  }

  private func returnMemory() {
    let hasReceivedMuch = bytesReceived >= Self.returnedBytes
    guard hasReceivedMuch || nextReturn.map({ $0 <= now }) ?? false else { return }
    nextReturn = hasReceivedMuch ? now + Self.returnInterval : nil
    bytesReceived = 0
    transport.returnMemory()
  }

  private func readAll() {
    if transport.mayHaveEndedConnections { readEndedConnections() }
    for channel in Self.readOrder where transport.isReady(channel) { read(channel) }
  }

  private func read(_ channel: Channel) {
    core.beginSlice()
    for _ in 0..<Self.maximumPerTurn where !core.isSliceUsedUp {
      let parcel = Parcel()
      guard transport.receive(channel, into: parcel) else { break }
      bytesReceived += parcel.byteCount()
      core.setTime(now, date: clock.date)
      switch channel {
      case .pong, .outputEngines: readTraceable(parcel, on: channel)
      case .query:
        core.receive(parcel, on: channel, peerAddress: transport.peerAddress(of: parcel))
      default: core.receive(parcel, on: channel)
      }
      // What is journalled is written in one go for all messages of a turn.
      if journal == nil { perform() }
    }
    perform()
  }

  /// Reads a message and notes its connection, whose end will show that the engine has died.
  private func readTraceable(_ parcel: Parcel, on channel: Channel) {
    let connection = transport.connection(of: parcel, on: channel)
    // Descriptors are reused: the end of an earlier connection must be handled before a new one is noted.
    if !core.isKnown(connection, parcel, on: channel) { readEndedConnections() }
    core.receive(parcel, on: channel, connection: connection)
  }

  private func readEndedConnections() {
    for channel in [Channel.outputEngines, .pong] {
      while let connection = transport.nextEndedConnection(channel) {
        core.connectionEnded(connection, on: channel)
      }
    }
  }

  // MARK: Effects

  private func perform() {
    while true {
      writeJournal()
      guard core.takeEffects(into: &effects) else { break }
      for effect in effects { perform(effect) }
      effects.removeAll(keepingCapacity: true)
    }
    guard let archive else { return }
    for request in core.takeArchiveRequests() { perform(request, archive) }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .send(let parcel, let channel): transport.send(parcel, on: channel)
    case .sendReply(let parcel, let channel): transport.sendReply(parcel, on: channel)
    case .sendToEngine(let message):
      let channel = message.channel.engines
      if core.mustWait(message)
        || !transport.send(message.parcel, to: message.engine, on: channel)
      {
        core.hold(message)
      }
    case .sendHeld(let line): sendHeld(line)
    case .log(let level, let text): log.log(level: level, "\(text)")
    case .saveEngines:
      pace.changed(now: now)
      saveEnginesIfDue()
    }
  }

  // MARK: The journal

  /// Writes what must be on disk before the effects are performed.
  private func writeJournal() {
    guard let journal else { return }
    let bytes = core.takeJournalBytes()
    guard !bytes.isEmpty || journal.failure != nil, journal.write(bytes, now: now) else { return }
    core.journalFailure = journal.failure?.description
    if let failure = journal.failure {
      log.error("the journal takes nothing, and it is tried again; no task is taken in: \(failure)")
    } else {
      log.warning("the journal can be written again")
    }
  }

  /// Writes again what matters in an old segment of the journal, a slice at a time, and then removes it.
  private func cleanJournal() {
    guard let journal, journal.needsCleaning else { return }
    do throws(RecordFileError) {
      if !journal.isCleaning { core.beginKeeping() }
      var bytes = 0
      for _ in 0..<Self.entriesPerSlice where bytes < Self.bytesPerSlice {
        if let entry = try journal.nextOldEntry() {
          bytes += entry.byteCount
          core.keep(entry)
        } else {
          writeJournal()
          return try journal.finishCleaning()
        }
      }
    } catch {
      log.error("an old segment of the journal stays: \(error)")
      journal.giveUpCleaning()
    }
  }

  private func sendHeld(_ line: HeldMessages.Line) {
    let channel = line.channel.engines
    while let message = core.firstHeld(of: line),
      transport.send(message.parcel, to: line.engine, on: channel)
    {
      core.heldWasSent(of: line)
    }
  }

  /// Saves the engines for the next controller: at once or, while many come and go, rarely enough to cost
  /// little.
  private func saveEnginesIfDue() {
    guard pace.isDue(now: now) else { return }
    let start = clock.now
    do throws(ProfileError) {
      try files.write(core.engineState)
      pace.saved(now: now, taking: start.duration(to: clock.now))
      if cannotSave { log.warning("the engines can be saved again") }
      cannotSave = false
    } catch {
      pace.failed(now: now)
      if !cannotSave { log.error("the engines cannot be saved, and it is tried again: \(error)") }
      cannotSave = true
    }
  }

  private func perform(_ request: ArchiveRequest, _ archive: any RecordArchive) {
    func reply(_ token: Int, _ result: Result<ArchiveReply, RemoteError>) {
      core.receiveArchiveReply(token, result)
      perform()
    }
    switch request {
    case .store(let record): archive.store(record)
    case .find(let query, let token):
      archive.find(query) { reply(token, $0.map { .found($0) }) }
    case .history(let token): archive.history { reply(token, $0.map { .history($0) }) }
    case .remove(let queries, let token):
      archive.remove(queries) { error in
        reply(token, error.map { .failure($0) } ?? .success(.removed))
      }
    }
  }
}
