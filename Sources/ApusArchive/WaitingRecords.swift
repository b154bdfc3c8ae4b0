// Part of Apus, Apache-2.0. See LICENSE.
package import ApusController
import ApusTransport
package import ApusWire

/// The records that have not been written yet, within a limit of bytes, and how often to try again if they cannot be.
///
/// A value.
package struct WaitingRecords {
  /// The longest time between two attempts, in seconds.
  package static let longestDelay = 30.0

  /// The most bytes; beyond them the oldest records are dropped.
  package let byteLimit: Int
  private var versions: [MessageID: TaskRecord] = [:]
  private var order: [MessageID] = []
  private var head = 0
  package private(set) var byteCount = 0
  private var failures = 0
  private var dropped = 0
  private var reported = 0

  package init(byteLimit: Int = .max) { self.byteLimit = byteLimit }

  package var count: Int { versions.count }
  package var isFailing: Bool { failures > 0 }

  /// All records, the oldest first.
  package var records: [TaskRecord] { order[head...].compactMap { versions[$0] } }

  /// Adds a record, or its newer version.
  package mutating func add(_ record: TaskRecord) {
    // One that waits for long must not hold the larger block of memory in which it was received.
    if isFailing { record.request = record.request?.kept }
    byteCount += record.byteCount
    if let old = versions.updateValue(record, forKey: record.id) {
      byteCount -= old.byteCount
    } else {
      order.append(record.id)
    }
    keepLimit()
  }

  private mutating func keepLimit() {
    while byteCount > byteLimit, !take(1).isEmpty { dropped += 1 }
  }

  /// Removes and returns the oldest records.
  package mutating func take(_ count: Int) -> [TaskRecord] {
    var taken: [TaskRecord] = []
    while taken.count < count, head < order.count {
      if let record = versions.removeValue(forKey: order[head]) {
        byteCount -= record.byteCount
        taken.append(record)
      }
      head += 1
    }
    if head == order.count || head > 4096 && head > order.count / 2 {
      order.removeFirst(head)
      head = 0
    }
    return taken
  }

  /// Puts records back that could not be written, except those that have a newer version by now.
  package mutating func putBack(_ records: [TaskRecord]) {
    let older = records.filter { versions[$0.id] == nil }
    for record in older {
      versions[record.id] = record
      byteCount += record.byteCount
    }
    order = older.map(\.id) + order[head...]
    head = 0
    keepLimit()
  }

  package mutating func remove(_ ids: [MessageID]) {
    for id in ids {
      if let record = versions.removeValue(forKey: id) { byteCount -= record.byteCount }
    }
    (order, head) = (order[head...].filter { versions[$0] != nil }, 0)
  }

  // MARK: Failures

  /// Notes that an attempt has failed.
  ///
  /// - Returns: the seconds until the next attempt, and what to log: the first failure, and what was dropped since.
  package mutating func fail(because error: String) -> (delay: Double, message: ArchiveMessage?) {
    failures += 1
    let delay = min(Double(1 << min(failures - 1, 10)), Self.longestDelay)
    if failures == 1 {
      return (
        delay,
        .failure(
          "records cannot be written: \(error); they are kept in memory, up to \(byteLimit) bytes, and tried again"
        )
      )
    }
    guard dropped > reported else { return (delay, nil) }
    defer { reported = dropped }
    return (
      delay,
      .failure(
        "\(dropped - reported) records were dropped, because they cannot be written: \(error)")
    )
  }

  /// Notes that everything could be written.
  ///
  /// - Returns: what to log, if that failed before.
  package mutating func succeed() -> ArchiveMessage? {
    guard failures > 0 else { return nil }
    let lost = dropped > 0 ? "; \(dropped) of them were dropped" : "; none was lost"
    (failures, dropped, reported) = (0, 0, 0)
    return .recovery("records can be written again\(lost)")
  }
}
