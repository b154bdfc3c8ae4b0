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
  private var order = Queue<MessageID>()
  package private(set) var byteCount = 0
  private var unfinished = 0

  package init(recordLimit: Int, byteLimit: Int) {
    self.recordLimit = max(0, recordLimit)
    self.byteLimit = max(0, byteLimit)
  }

  package var count: Int { records.count }

  package subscript(_ id: MessageID) -> TaskRecord? { records[id] }

  /// Puts a record in, or a changed one in its place.
  package mutating func update(_ record: TaskRecord) {
    let old = records.updateValue(record, forKey: record.id)
    if old == nil { order.append(record.id) }
    byteCount += record.byteCount - (old?.byteCount ?? 0)
    let wasUnfinished = old.map { $0.completed == nil } ?? false
    unfinished += (record.completed == nil ? 1 : 0) - (wasUnfinished ? 1 : 0)
    keepLimits()
  }

  @discardableResult
  package mutating func remove(_ id: MessageID) -> TaskRecord? {
    guard let record = records.removeValue(forKey: id) else { return nil }
    byteCount -= record.byteCount
    if record.completed == nil { unfinished -= 1 }
    return record
  }

  private var isBeyondLimits: Bool {
    records.count - unfinished > recordLimit || byteCount > byteLimit
  }

  /// Drops the oldest finished records until the rest are within the limits.
  private mutating func keepLimits() {
    guard isBeyondLimits else { return }
    var kept: [MessageID] = []
    var looked = 0
    while isBeyondLimits, records.count > unfinished, looked < order.count + kept.count,
      let oldest = order.popFirst()
    {
      guard let record = records[oldest] else { continue }
      if record.completed == nil {
        looked += 1
        kept.append(oldest)
      } else {
        remove(oldest)
      }
    }
    for id in kept { order.append(id) }
    if byteCount > byteLimit { dropBuffersOfUnfinished() }
  }

  /// The messages of tasks that have not ended go; the tasks themselves are not touched.
  private mutating func dropBuffersOfUnfinished() {
    for (id, record) in records where record.request.map({ $0.bufferByteCount > 4096 }) ?? false {
      guard byteCount > byteLimit, let request = record.request else { return }
      var lighter = record
      let message = WireMessage(
        header: request.header, parent: request.parent, metadata: request.metadata,
        content: request.content)
      lighter.request = Envelope(message)
      lighter.lacksBuffers = true
      byteCount += lighter.byteCount - record.byteCount
      records[id] = lighter
    }
  }

  /// Records that a query wants, in the order of their submission.
  package func find(_ query: RecordQuery) throws(RemoteError) -> [TaskRecord] {
    if let ids = query.ids { return Set(ids).compactMap { records[$0] }.sorted(by: isEarlier) }
    var found: [TaskRecord] = []
    for record in records.values where try query.matches(record) { found.append(record) }
    return found.sorted(by: isEarlier)
  }

  /// Names of all records of requests, in the order of their submission.
  package var history: [MessageID] {
    records.values.filter { $0.submitted != nil }.sorted(by: isEarlier).map(\.id)
  }

  private func isEarlier(_ a: TaskRecord, _ b: TaskRecord) -> Bool {
    (a.submitted?.microseconds ?? .min, a.id.text) < (b.submitted?.microseconds ?? .min, b.id.text)
  }
}
