// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Keeps what is known of requests and their results: in memory, and in an archive if there is one.
///
/// A value; what the archive must do comes out of ``takeArchiveRequests()``.
package struct RecordKeeping {
  /// Where finished tasks are kept.
  package let store: RecordStore
  package let hasArchive: Bool
  /// Makes the entries of the journal; nil if there is none.
  package var journal: JournalWriter?
  private var table: RecordTable
  private var archiveRequests: [ArchiveRequest] = []

  package init(store: RecordStore, hasArchive: Bool, recordLimit: Int, byteLimit: Int) {
    self.store = store
    self.hasArchive = hasArchive
    table = RecordTable(recordLimit: store == .none ? 0 : recordLimit, byteLimit: byteLimit)
  }

  package subscript(_ id: MessageID) -> TaskRecord? { table[id] }

  /// What the archive must do, in order.
  package mutating func takeArchiveRequests() -> [ArchiveRequest] {
    if archiveRequests.isEmpty { return [] }
    defer { archiveRequests.removeAll(keepingCapacity: true) }
    return archiveRequests
  }

  package mutating func ask(_ request: ArchiveRequest) { archiveRequests.append(request) }

  /// Begins the record of a request that has come in.
  package mutating func begin(
    _ id: MessageID, _ request: Envelope, _ channel: TaskRecord.Channel, engine: EngineID? = nil,
    hasClient: Bool = true
  ) {
    let record = TaskRecord(id)
    if journal != nil, channel == .task || !request.isAboutMap {
      record.isJournaled = true
      journal?.accept(
        id, request, channel == .task ? .task : .mux, engine: engine, hasClient: hasClient)
    }
    record.request = request
    record.channel = channel
    record.engine = engine
    keep(record)
  }

  /// Takes over the record of an earlier controller, which the archive has already.
  package mutating func adopt(_ record: TaskRecord) { table.update(record) }

  /// Notes that an engine is given a request, for a later controller.
  package mutating func assigned(_ engine: EngineID, _ id: MessageID) {
    guard hasArchive || journal != nil, let record = table[id] else { return }
    if record.isJournaled { journal?.write(.assigned(id, engine)) }
    guard hasArchive else { return }
    record.engine = engine
    archiveRequests.append(.store(record.copy()))
  }

  /// Notes that a task which was begun before waits for an engine again, for a later controller.
  package mutating func waits(_ id: MessageID, _ attempts: JournalEntry.Attempts) {
    if journal != nil, table[id]?.isJournaled == true { journal?.write(.waiting(id, attempts)) }
  }

  /// Keeps a record, or its newer state.
  package mutating func keep(_ record: TaskRecord) {
    if store == .none && record.isCompleted {
      table.remove(record.id)
      return
    }
    table.update(record)
    if hasArchive { archiveRequests.append(.store(record.copy())) }
  }

  /// Records the reply to a request.
  package mutating func complete(
    _ id: MessageID, reply: Envelope, engine: EngineID?, at date: WireDate
  ) {
    guard let record = table[id] else { return }
    if record.isJournaled { journal?.finish(id, reply, engine: engine, at: date) }
    record.request = record.request?.kept
    record.reply = reply.kept
    record.received = date
    record.isCompleted = true
    if let engine { record.engine = engine }
    keep(record)
  }

  /// Records that a request has ended with an error from the controller.
  package mutating func fail(
    _ id: MessageID, _ error: RemoteError, engine: EngineID?, _ exchange: inout MessageExchange
  ) {
    let message = exchange.message(
      .applyReply, error.content, parent: table[id]?.request?.header ?? Array("{}".utf8),
      metadata: MessageExchange.failureMetadata(engine))
    complete(id, reply: Envelope(message), engine: engine, at: exchange.date)
  }

  /// Adds what an engine has published while it worked on a request.
  package mutating func addOutput(
    _ id: MessageID, _ type: MessageType, _ content: Span<UInt8>
  ) throws(WireError) {
    guard let record = table[id] else { return }
    if try record.output.add(type, content) { keep(record) }
  }

  package mutating func remove(_ id: MessageID) {
    if table.remove(id)?.isJournaled == true { journal?.write(.removed([id])) }
  }

  /// Notes in the record of an unfinished request which engine has it, or had it last.
  package func noteEngine(_ engine: EngineID, of id: MessageID) {
    if let record = table[id], !record.isCompleted { record.engine = engine }
  }

  /// The identifiers of all records in memory, in no order.
  package var ids: [MessageID] { table.ids }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] { table.violatedInvariants() }
}
