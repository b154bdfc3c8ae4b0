// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
package import ApusTransport
package import ApusWire
package import Logging

/// A controller on libzmq's sockets and the system's clock.
package typealias SocketController = Controller<SocketTransport, MonotonicClock>

extension Controller where Transport == SocketTransport, Clock == MonotonicClock {
  /// Opens the sockets and writes the connection files, which can be used from then on.
  ///
  /// - Parameter archive: the store for records beyond those in memory.
  /// - Throws: ``TransportError``, ``WireError`` or ``ProfileError`` with what cannot be used.
  package convenience init(
    _ settings: ControllerSettings, log: Logger, archive: (any RecordArchive)? = nil
  ) throws {
    var settings = settings
    if settings.reusesFiles && settings.hasFreshCurve {
      settings.curve = try ControllerCurveKeys.kept(in: settings.profile)
    }
    let files = ConnectionFiles(settings)
    let known = settings.reusesFiles ? files.readKnown(log: log) : nil
    if let known { settings.adopt(known) }
    let key = settings.key ?? (settings.curve == nil ? RandomName.key() : "")
    let transport = try SocketTransport(
      settings, key: key,
      location: known?.client.location ?? settings.location ?? LocalHost.name, known: known)
    if known == nil { try files.write(transport.connectionFiles) }
    let journal = try settings.keepsJournal ? JournalFolder(settings.journalFolder) : nil
    try self.init(
      settings, key: key, channels: transport.connectionFiles.engine.channelsObject,
      transport: transport, clock: MonotonicClock(), journal: journal,
      syncsJournal: settings.syncsJournal, session: RandomName.session(),
      process: LocalHost.processID, random: Philox4x64(SeedSequence.fromSystem()), log: log,
      archive: archive)
  }
}

extension Controller {
  /// Makes a controller on any transport, which goes on from what an earlier one has left.
  ///
  /// - Parameters:
  ///   - channels: what a registration reply says about the channels.
  ///   - storage: where its journal is; nil for none.
  ///   - session: the random name of this controller's messages.
  ///   - process: its process ID.
  ///   - random: draws for schemes that choose engines at random.
  /// - Throws: ``WireError`` if the signature scheme is unknown; ``RecordFileError`` if the journal cannot be used.
  package convenience init(
    _ settings: ControllerSettings, key: String, channels: JSONText, transport: Transport,
    clock: Clock, journal storage: (any JournalStorage)?, syncsJournal: Bool,
    journalSizes: Journal.Sizes = Journal.Sizes(), session: String, process: Int,
    random: any RandomNumberGenerator, log: Logger, archive: (any RecordArchive)? = nil
  ) throws {
    let files = ConnectionFiles(settings)
    var core = try ControllerCore(
      settings, key: key, channels: channels, hasArchive: archive != nil, session: session,
      process: process, random: random, now: clock.now)
    core.setTime(clock.now, date: clock.date)
    var journal: Journal?
    if let storage {
      let opened = try Journal.open(storage, syncs: syncsJournal, sizes: journalSizes) {
        log.warning("\($0)")
      }
      core.restore(opened.contents)
      journal = opened.journal
    }
    if settings.restoresEngines, let state = files.readEngines(log: log) {
      core.restore(state)
    }
    if settings.restoresEngines { core.restoreRequests() }
    self.init(
      core, transport: transport, clock: clock, files: files, log: log, archive: archive,
      journal: journal)
  }
}

extension ControllerCore {
  /// Makes the core of a controller from a settings.
  ///
  /// - Parameters:
  ///   - channels: what a registration reply says about the channels.
  ///   - session: the random name of this controller's messages.
  ///   - process: the controller's process ID.
  ///   - random: draws for schemes that choose engines at random.
  /// - Throws: ``WireError`` if the signature scheme is unknown.
  package init(
    _ settings: ControllerSettings, key: String, channels: JSONText, hasArchive: Bool,
    session: String, process: Int, random: any RandomNumberGenerator, now: Instant
  ) throws(WireError) {
    let signer = try MessageSigner(
      key: Array(key.utf8), scheme: settings.signatureScheme)
    let maker = MessageMaker(
      session: session, process: process,
      username: settings.username)
    let isPure = settings.scheme == .pure
    self.init(
      engines: EngineTable(
        heartbeatPeriod: settings.heartbeatPeriod, allowedMisses: settings.allowedMisses,
        registrationTimeout: settings.effectiveRegistrationTimeout, now: now),
      scheduler: TaskScheduler(
        scheme: settings.scheme, highWaterMark: isPure ? 0 : settings.highWaterMark,
        random: random),
      records: RecordKeeping(
        store: settings.store, hasArchive: hasArchive,
        recordLimit: settings.recordLimit, byteLimit: settings.byteLimit),
      exchange: MessageExchange(signer: signer, maker: maker),
      registrationReply: RegistrationReply(
        channels: channels, heartbeatPeriod: settings.heartbeatPeriod,
        reconnectLimit: settings.reconnectLimit),
      process: process)
  }
}
