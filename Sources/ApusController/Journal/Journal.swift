// Part of Apus, Apache-2.0. See LICENSE.
package import ApusRecordLog
package import ApusTransport

/// Keeps a controller's journal in a storage: begins new segments, waits for room on a full disk, and hands out old segments so
/// that what matters in them can be written again before they are removed.
///
/// It decides nothing about entries.
package final class Journal {
  private struct Segment {
    let number: Int
    var size: Int
  }

  /// An old segment that is being read.
  private struct Cleaning {
    let number: Int
    var reader: RecordReader
  }

  /// When segments end, and from when on they are cleaned.
  package struct Sizes: Sendable {
    /// A segment that is longer is followed by a new one.
    package var segment = 2 << 20
    /// A journal that is shorter is left alone.
    package var least = 8 << 20

    package init() {}
  }

  private static let retryInterval = Duration.seconds(1)

  private let storage: any JournalStorage
  private let syncs: Bool
  private let sizes: Sizes
  private var segments: [Segment] = []
  /// Whether the last segment was begun here, and all that was written to it succeeded.
  private var isLastOpen = false
  /// What could not be written yet.
  private var unwritten: [UInt8] = []
  private var cleaning: Cleaning?
  /// The size after all segments had been cleaned once, and the last of these.
  private var baseline = (size: 0, upTo: 0)
  private var nextTry = Instant()
  /// Why it cannot be written; nil if it can.
  package private(set) var failure: RecordFileError?

  /// Reads a journal.
  ///
  /// - Parameters:
  ///   - syncs: whether each write waits for the disk, so that it also survives a loss of power.
  ///   - notice: gets what is damaged, for the log.
  /// - Throws: ``RecordFileError`` if it cannot be read.
  package static func open(
    _ storage: any JournalStorage, syncs: Bool, sizes: Sizes = Sizes(), notice: (String) -> Void
  ) throws(RecordFileError) -> (journal: Journal, contents: JournalContents) {
    let journal = Journal(storage, syncs: syncs, sizes: sizes)
    var contents = JournalContents()
    for number in try storage.segments() {
      let bytes = try storage.read(number)
      journal.segments.append(Segment(number: number, size: bytes.count))
      if let damage = Self.read(bytes, into: &contents) {
        notice("segment \(number) of the journal is damaged: \(damage) bytes were passed over")
      }
    }
    // What follows builds on it, and must not survive it.
    if syncs { try storage.syncSegments() }
    return (journal, contents)
  }

  private init(_ storage: any JournalStorage, syncs: Bool, sizes: Sizes) {
    (self.storage, self.syncs, self.sizes) = (storage, syncs, sizes)
  }

  /// - Returns: the number of bytes that cannot be trusted; nil if all can.
  private static func read(_ bytes: [UInt8], into contents: inout JournalContents) -> Int? {
    guard bytes.starts(with: JournalEntry.magic) else { return bytes.isEmpty ? nil : bytes.count }
    var reader = RecordReader(bytes, from: JournalEntry.magic.count)
    while let record = reader.next() {
      if let entry = JournalEntry(record) { contents.apply(entry) }
    }
    return reader.isDamaged ? bytes.count - reader.position : nil
  }

  // MARK: Writing

  /// Writes entries, or keeps them until there is room.
  ///
  /// - Returns: whether it has begun or ceased to fail.
  package func write(_ bytes: [UInt8], now: Instant) -> Bool {
    if failure != nil {
      unwritten += bytes
      return nextTry <= now && retry(now)
    }
    do throws(RecordFileError) {
      try put(bytes)
      return false
    } catch {
      unwritten = bytes
      (cleaning, isLastOpen) = (nil, false)
      (failure, nextTry) = (error, now + Self.retryInterval)
      return true
    }
  }

  /// Appends to the last segment, or begins a new one: at first, when the last one is long, and behind what could not be written.
  private func put(_ bytes: [UInt8]) throws(RecordFileError) {
    if let last = segments.last, isLastOpen, last.size <= sizes.segment {
      try storage.append(bytes)
      segments[segments.count - 1].size += bytes.count
      if syncs { try storage.sync() }
    } else {
      let number = (segments.last?.number ?? 0) + 1
      let all = JournalEntry.magic + bytes
      try storage.begin(number)
      try storage.append(all)
      // One that failed is begun anew, under the same number.
      if syncs { try storage.sync() }
      segments.append(Segment(number: number, size: all.count))
      isLastOpen = true
    }
  }

  private func retry(_ now: Instant) -> Bool {
    nextTry = now + Self.retryInterval
    do throws(RecordFileError) {
      try put(unwritten)
      (failure, unwritten) = (nil, [])
      return true
    } catch {
      (failure, isLastOpen) = (error, false)
      return false
    }
  }

  /// When it must be tried again to write; nil if nothing waits.
  package var nextEvent: Instant? { failure == nil ? nil : nextTry }

  // MARK: Cleaning

  /// Whether there is an old segment to be read.
  package var needsCleaning: Bool {
    if cleaning != nil { return true }
    guard failure == nil, segments.count > 1 else { return false }
    return size > max(sizes.least, 2 * baseline.size) || isWithinPass
  }

  /// Whether an old segment is being read.
  package var isCleaning: Bool { cleaning != nil }

  /// Leaves the oldest segment alone until the journal is twice as long.
  package func giveUpCleaning() {
    cleaning = nil
    baseline = (size, 0)
  }

  /// The bytes of all segments.
  package var size: Int { segments.reduce(0) { $0 + $1.size } }

  /// Whether segments are left of those that are being cleaned one after the other.
  private var isWithinPass: Bool { segments[0].number <= baseline.upTo }

  /// The next entry of the oldest segment; nil when all were handed out.
  ///
  /// - Throws: ``RecordFileError`` if the segment cannot be read.
  package func nextOldEntry() throws(RecordFileError) -> OldEntry? {
    if cleaning == nil { try startCleaning() }
    while let record = cleaning?.reader.next() {
      if let entry = OldEntry(record) { return entry }
    }
    return nil
  }

  private func startCleaning() throws(RecordFileError) {
    let first = segments[0]
    // All but the one that grows.
    if !isWithinPass { baseline.upTo = segments[segments.count - 2].number }
    let bytes = try storage.read(first.number)
    let start = min(JournalEntry.magic.count, bytes.count)
    cleaning = Cleaning(number: first.number, reader: RecordReader(bytes, from: start))
  }

  /// Removes the segment that was read, after what matters in it was written again.
  package func finishCleaning() throws(RecordFileError) {
    guard let number = cleaning?.number, failure == nil else { return }
    cleaning = nil
    try storage.remove(number)
    segments.removeFirst()
    // Otherwise this one might come back without the next, which says what became of its requests.
    if syncs { try storage.syncNames() }
    if !isWithinPass { baseline.size = size }
  }
}
