// Part of Apus, Apache-2.0. See LICENSE.

/// The distinct texts of a column in the order in which they were met, found by their bytes.
struct LevelTable {
  private var bytes: [UInt8] = []
  /// The end of each text in ``bytes``.
  private var ends: [Int] = []
  /// The line on which each text was met first.
  private(set) var lines: [Int] = []
  private var hashes: [UInt64] = []
  /// The positions of texts by their hash, -1 for a free slot.
  private var slots = [Int32](repeating: -1, count: 16)

  /// The number of distinct texts.
  var count: Int { ends.count }

  /// The bytes of a text.
  func text(_ index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// Returns the position of a text, which is added if it is new.
  ///
  /// - Complexity: O(bytes of the text), amortised.
  mutating func code(of text: some Collection<UInt8>, line: Int) -> Int32 {
    code(of: text, hash: Self.hash(text), line: line)
  }

  /// Returns the positions of all texts of another table, which are added if they are new.
  mutating func codes(of other: LevelTable) -> [Int32] {
    (0..<other.count).map { index in
      code(of: other.text(index), hash: other.hashes[index], line: other.lines[index])
    }
  }

  /// The positions of the texts that satisfy a condition, in the order of their bytes.
  ///
  /// - Complexity: O(*k* log *k*) for *k* texts.
  func sorted(where isIncluded: (ArraySlice<UInt8>) -> Bool) -> [Int] {
    // Most texts differ in their first eight bytes, whose number is compared faster.
    var keys: [(prefix: UInt64, index: Int)] = []
    keys.reserveCapacity(count)
    for index in 0..<count where isIncluded(text(index)) { keys.append((prefix(index), index)) }
    keys.sort { a, b in
      a.prefix != b.prefix
        ? a.prefix < b.prefix : text(a.index).lexicographicallyPrecedes(text(b.index))
    }
    return keys.map(\.index)
  }

  private func prefix(_ index: Int) -> UInt64 {
    let bytes = text(index).prefix(8)
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return bytes.isEmpty ? 0 : number << UInt64(8 * (8 - bytes.count))
  }

  private mutating func code(
    of text: some Collection<UInt8>, hash: UInt64, line: Int
  ) -> Int32 {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if hashes[index] == hash && self.text(index).elementsEqual(text) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let code = Int32(ends.count)
    slots[slot] = code
    bytes += text
    ends.append(bytes.count)
    lines.append(line)
    hashes.append(hash)
    if 2 * ends.count > slots.count { grow() }
    return code
  }

  private static func hash(_ text: some Collection<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash ^ hash >> 29
  }

  private mutating func grow() {
    let mask = 2 * slots.count - 1
    slots = [Int32](repeating: -1, count: mask + 1)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(index)
    }
  }
}
