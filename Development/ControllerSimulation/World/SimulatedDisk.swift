// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusRecordLog

/// The disk of a journal: it can be full, a process can be killed while it writes, and power can be lost.
///
/// What was not synced may be lost by a loss of power from any byte on, and what is in its place may be anything; a segment that
/// was removed may come back.
final class SimulatedDisk: JournalStorage {
  private struct Segment {
    var bytes: [UInt8] = []
    /// How many of them certainly survive.
    var synced = 0
  }

  private var files: [Int: Segment] = [:]
  /// Removed, and perhaps not for good.
  private var removed: [Int: Segment] = [:]
  private var last = 0
  private var random: Philox4x64
  var isFull = false
  /// Whether the last thing that it should have taken it has not.
  private(set) var lacksSomething = false
  /// After how many appends the process that writes is killed; nil for never.
  var killsAfter: Int?
  /// Whether that process was killed while it wrote.
  private(set) var hasKilled = false
  /// Whether that process is dead for another reason, and writes nothing any more.
  var isElsewhereDead: () -> Bool = { false }
  private var isDead: Bool { hasKilled || isElsewhereDead() }
  private(set) var mostBytes = 0

  init(seed: SeedSequence) { random = Philox4x64(seed) }

  private func below(_ bound: Int) -> Int { random.below(bound) }

  var byteCount: Int { files.values.reduce(0) { $0 + $1.bytes.count } }

  /// The process that wrote is gone; the next one finds what it has written.
  func processEnded() {
    (hasKilled, killsAfter, isElsewhereDead) = (false, nil, { false })
  }

  /// Power is lost.
  func losePower() {
    for (number, segment) in files.sorted(by: { $0.key < $1.key }) {
      let kept = segment.synced + below(segment.bytes.count - segment.synced + 1)
      files[number]?.bytes = Array(segment.bytes.prefix(kept))
      if below(4) == 0, kept > segment.synced {
        // The file has its length, and something else in the place of what was not written.
        let rest = segment.bytes.count - kept
        let junk = (0..<rest).map { _ in UInt8(below(256)) }
        files[number]?.bytes += junk
      }
    }
    for (number, segment) in removed.sorted(by: { $0.key < $1.key }) where below(2) == 0 {
      files[number] = segment
    }
    removed = [:]
    for (number, segment) in files { files[number]?.synced = segment.bytes.count }
  }

  // MARK: JournalStorage

  func segments() throws(RecordFileError) -> [Int] { files.keys.sorted() }

  func read(_ segment: Int) throws(RecordFileError) -> [UInt8] { files[segment]?.bytes ?? [] }

  /// Whether the process is killed now, at the latest.
  private func dies() -> Bool {
    guard let left = killsAfter else { return isDead }
    killsAfter = left - 1
    if left <= 0 { hasKilled = true }
    return isDead
  }

  func begin(_ segment: Int) throws(RecordFileError) {
    if dies() { return }
    files[segment] = Segment()
    removed[segment] = nil
    last = segment
  }

  func append(_ bytes: [UInt8]) throws(RecordFileError) {
    if isDead { return }
    lacksSomething = isFull
    if isFull { throw RecordFileError(.cannotWrite, "journal", reason: "No space left on device") }
    if let left = killsAfter {
      killsAfter = left - 1
      if left <= 0 {
        // Killed in the midst of it.
        hasKilled = true
        let count = below(bytes.count + 1)
        files[last]?.bytes += bytes.prefix(count)
        return
      }
    }
    files[last]?.bytes += bytes
    mostBytes = max(mostBytes, byteCount)
  }

  func sync() throws(RecordFileError) {
    if dies() { return }
    if isFull { throw RecordFileError(.cannotWrite, "journal", reason: "No space left on device") }
    let count = files[last]?.bytes.count ?? 0
    files[last]?.synced = count
  }

  func syncSegments() throws(RecordFileError) {
    if dies() { return }
    for (number, segment) in files { files[number]?.synced = segment.bytes.count }
    removed = [:]
  }

  func syncNames() throws(RecordFileError) {
    if dies() { return }
    removed = [:]
  }

  func remove(_ segment: Int) throws(RecordFileError) {
    if dies() { return }
    if let old = files.removeValue(forKey: segment) { removed[segment] = old }
    // The file system writes this down after a while.
    while removed.count > 3, let first = removed.keys.min() { removed[first] = nil }
  }
}
