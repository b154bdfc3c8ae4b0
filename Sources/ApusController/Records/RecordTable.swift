// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
package import ApusWire

/// The records in memory: all unfinished ones, and the newest finished ones within two limits.
///
/// Unfinished records are never dropped; as a last resort, their buffers are. A pure value.
package struct RecordTable {
  /// The most records of finished tasks.
  package let recordLimit: Int
  /// The most bytes of all records.
  package let byteLimit: Int

  private var records: [MessageID: TaskRecord] = [:]
  /// Finished records in the order in which they finished, and unfinished ones whose buffers could be
  /// dropped.
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

  /// Inserts a record, or counts it again after a change.
  package mutating func update(_ record: TaskRecord) {
    let wasFinished = record.counted.map { !$0.isUnfinished } ?? false
    if record.counted == nil {
      if let old = records.updateValue(record, forKey: record.id) { forget(old) }
      if !record.isCompleted, Self.hasLargeBuffers(record) { droppable.append(record.id) }
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

  /// Whether its buffers are large enough to be worth dropping.
  private static func hasLargeBuffers(_ record: TaskRecord) -> Bool {
    record.request.map { $0.bufferByteCount > 4096 } ?? false
  }

  /// Subtracts what was counted for a record.
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
  /// Each record is examined at most once for each of the two, so the amortized cost per record is constant.
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
      record.hasDroppedBuffers = true
      count(record)
    }
  }

  /// The identifiers of all records, in no order.
  package var ids: [MessageID] { Array(records.keys) }

  /// The invariants that do not hold, in words; empty if all do.
  ///
  /// - Complexity: O(records).
  package func violatedInvariants() -> [String] {
    var violations: [String] = []
    let counts = records.values.compactMap(\.counted)
    if counts.count != records.count { violations.append("each record is counted") }
    if byteCount != counts.reduce(0, { $0 + $1.bytes }) {
      violations.append("the bytes of the records are counted")
    }
    if unfinished != counts.count(where: \.isUnfinished) {
      violations.append("the unfinished records are counted")
    }
    if records.count - unfinished > recordLimit {
      violations.append("at most \(recordLimit) finished records are kept")
    }
    return violations
  }
}
