// Part of Apus, Apache-2.0. See LICENSE.

/// What earlier loops cost, so that a loop too short for several threads is not offered to them.
///
/// Loops are told apart by the types they work on, their count and their caller's place on the stack. A wrong guess costs time,
/// once: the tasks of one chunk run alone, at most half of the loop. It never changes a result.
struct LoopCosts {
  private struct Entry {
    var key = 0
    var nanoseconds = 0
  }

  private static let entryCount = 64
  private var entries: [Entry] = []

  /// The nanoseconds that a loop of this kind is expected to take on one thread; nil if none has run.
  func expected(_ key: Int) -> Int? {
    guard !entries.isEmpty else { return nil }
    let entry = entries[Self.place(key)]
    return entry.key == key ? entry.nanoseconds : nil
  }

  /// Notes what a loop has taken: cheaper loops lower the expectation slowly, dearer ones raise it at once.
  mutating func record(_ key: Int, nanoseconds: Int) {
    if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.entryCount) }
    let known = expected(key) ?? 0
    entries[Self.place(key)] = Entry(key: key, nanoseconds: max(nanoseconds, known - known / 4))
  }

  private static func place(_ key: Int) -> Int {
    Int(truncatingIfNeeded: (UInt(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> 58)
  }
}
