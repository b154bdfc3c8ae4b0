// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The records in memory: all unfinished ones, and of the finished ones the newest within two limits.
///
/// What is unfinished is never dropped, only its buffers if there is no other way. A pure value.
package struct RecordTable {
  /// The most records of finished tasks.
  package let recordLimit: Int
  /// The most bytes of all records.
  package let byteLimit: Int

  private var records: [MessageID: TaskRecord] = [:]
  /// Finished records in the order of their ends, and unfinished ones with buffers that could be dropped.
  private var finished = Queue<MessageID>()
  private var droppable = Queue<MessageID>()
  package private(set) var byteCount = 0
  private var unfinished = 0

  package init(recordLimit: Int, byteLimit: Int) {
    self.recordLimit = max(0, recordLimit)
    self.byteLimit = max(0, byteLimit)
  }

  package var count: Int { records.count }

  package subscript(_ id: MessageID) -> TaskRecord? { records[id] }

  /// Puts a record in, or counts it anew after a change.
  package mutating func update(_ record: TaskRecord) {
    let wasFinished = record.counted.map { !$0.isUnfinished } ?? false
    if record.counted == nil {
      if let old = records.updateValue(record, forKey: record.id) { forget(old) }
      if !record.isCompleted, Self.isHeavy(record) { droppable.append(record.id) }
    } else {
      forget(record)
    }
    count(record)
    if record.isCompleted && !wasFinished { finished.append(record.id) }
    if isBeyondLimits { keepLimits() }
  }

  private mutating func count(_ record: TaskRecord) {
    let counted = (bytes: record.byteCount, isUnfinished: !record.isCompleted)
    record.counted = counted
    byteCount += counted.bytes
    if counted.isUnfinished { unfinished += 1 }
  }

  /// Whether dropping its buffers would free memory worth the work.
  private static func isHeavy(_ record: TaskRecord) -> Bool {
    record.request.map { $0.bufferByteCount > 4096 } ?? false
  }

  /// Takes back what was counted of a record.
  private mutating func forget(_ record: TaskRecord) {
    guard let counted = record.counted else { return }
    byteCount -= counted.bytes
    if counted.isUnfinished { unfinished -= 1 }
    record.counted = nil
  }

  @discardableResult
  package mutating func remove(_ id: MessageID) -> TaskRecord? {
    guard let record = records.removeValue(forKey: id) else { return nil }
    forget(record)
    return record
  }

  private var isBeyondLimits: Bool {
    records.count - unfinished > recordLimit || byteCount > byteLimit
  }

  /// Drops the oldest finished records until the rest are within the limits, then buffers of unfinished
  /// ones.
  ///
  /// Each record is looked at once for either, however many there are.
  private mutating func keepLimits() {
    while isBeyondLimits, let oldest = finished.popFirst() {
      if records[oldest]?.isCompleted == true { remove(oldest) }
    }
    while byteCount > byteLimit, let heaviest = droppable.popFirst() {
      guard let record = records[heaviest], !record.isCompleted, let request = record.request else {
        continue
      }
      forget(record)
      record.request = Envelope(
        WireMessage(
          header: request.header, parent: request.parent, metadata: request.metadata,
          content: request.content))
      record.lacksBuffers = true
      count(record)
    }
  }

  /// Records that a query wants, in the order of their submission.
  package func find(_ query: RecordQuery) throws(RemoteError) -> [TaskRecord] {
    if let ids = query.ids { return Self.sorted(Set(ids).compactMap { records[$0] }) }
    var found: [TaskRecord] = []
    for record in records.values where try query.matches(record) { found.append(record) }
    return Self.sorted(found)
  }

  /// Names of all records of requests, in the order of their submission.
  package var history: [MessageID] {
    Self.sorted(records.values.filter { $0.submitted != nil }).map(\.id)
  }

  /// In the order of their submission; of the same microsecond, of their names.
  private static func sorted(_ records: [TaskRecord]) -> [TaskRecord] {
    let keyed = records.map { (time: $0.submitted?.microseconds ?? .min, record: $0) }
    return keyed.sorted { ($0.time, $0.record.id.text) < ($1.time, $1.record.id.text) }.map(
      \.record)
  }
}
