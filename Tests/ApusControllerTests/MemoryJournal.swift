// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRecordLog

/// A journal's segments in memory, whose disk can be full or lose power.
final class MemoryJournal: JournalStorage {
  private(set) var written: [Int: [UInt8]] = [:]
  private var synced: [Int: [UInt8]] = [:]
  /// Segments that were removed, and may come back.
  private var removed: [Int: [UInt8]] = [:]
  private var last = 0
  /// Whether writing fails.
  var isFull = false
  private(set) var syncs = 0

  init(_ segments: [Int: [UInt8]] = [:]) {
    (written, synced) = (segments, segments)
    last = segments.keys.max() ?? 0
  }

  /// All bytes, one segment behind the other.
  var bytes: Int { written.values.reduce(0) { $0 + $1.count } }

  /// What is left after a loss of power: the oldest segment that was removed, and is not known to be, comes back.
  var afterPowerLoss: MemoryJournal {
    var left = synced
    if let first = removed.keys.min() { left[first] = removed[first] }
    return MemoryJournal(left)
  }

  /// What another process finds that has not synced it.
  var unsynced: MemoryJournal {
    let copy = MemoryJournal(written)
    copy.synced = [:]
    return copy
  }

  /// A copy whose last segment ends after so many bytes.
  func cut(at count: Int) -> MemoryJournal {
    var segments = written
    segments[last] = Array(written[last, default: []].prefix(count))
    return MemoryJournal(segments)
  }

  private func failIfFull() throws(RecordFileError) {
    if isFull { throw RecordFileError(.cannotWrite, "journal", reason: "No space left on device") }
  }

  func segments() throws(RecordFileError) -> [Int] { written.keys.sorted() }
  func read(_ segment: Int) throws(RecordFileError) -> [UInt8] { written[segment] ?? [] }

  func begin(_ segment: Int) throws(RecordFileError) {
    // A full disk has room for an empty file.
    written[segment] = []
    last = segment
  }

  func append(_ bytes: [UInt8]) throws(RecordFileError) {
    try failIfFull()
    written[last, default: []] += bytes
  }

  func sync() throws(RecordFileError) {
    syncs += 1
    synced = written
  }

  func syncSegments() throws(RecordFileError) {
    synced = written
    removed = [:]
  }

  func remove(_ segment: Int) throws(RecordFileError) {
    removed[segment] = written.removeValue(forKey: segment)
    synced[segment] = nil
  }

  func syncNames() throws(RecordFileError) { removed = [:] }
}
