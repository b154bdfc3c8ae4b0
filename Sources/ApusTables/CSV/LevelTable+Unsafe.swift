// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Texts are read within their bounds, eight bytes at a time only where as many are left. Positions come from the table
// itself.

/// The distinct texts of a column in the order in which they were met, found by their bytes.
struct LevelTable {
  /// A place that is found by hashes.
  private struct Slot {
    let hash: UInt32
    /// The position of the text; -1 if there is none.
    let code: Int32

    static let free = Slot(hash: 0, code: -1)
  }

  private var bytes: [UInt8] = []
  /// The end of each text in ``bytes``.
  private var ends: [Int] = []
  private var slots = [Slot](repeating: .free, count: 16)
  /// The first text that is not UTF-8, and the line on which it was met.
  private(set) var invalid: (index: Int, line: Int)?

  /// The number of distinct texts.
  var count: Int { ends.count }

  /// The bytes of a text.
  func text(_ index: Int) -> ArraySlice<UInt8> { bytes[start(index)..<ends[index]] }

  /// Returns the position of a text, which is added if it is new.
  ///
  /// - Complexity: O(bytes of the text), amortised.
  mutating func code(of text: UnsafeBufferPointer<UInt8>, line: Int) -> Int32 {
    let hash = Self.hash(text)
    let (slot, known) = slot(of: text, hash: hash)
    if let known { return known }
    if invalid == nil, !Self.isValid(text) { invalid = (count, line) }
    return add(text, hash: hash, slot: slot)
  }

  /// Returns the positions of all texts of another table, which are added if they are new.
  mutating func codes(of other: LevelTable) -> [Int32] {
    other.bytes.withUnsafeBufferPointer { bytes in
      (0..<other.count).map { index in
        let text = UnsafeBufferPointer(rebasing: bytes[other.start(index)..<other.ends[index]])
        let hash = Self.hash(text)
        let (slot, known) = slot(of: text, hash: hash)
        if let known { return known }
        if invalid == nil, let found = other.invalid, found.index == index {
          invalid = (count, found.line)
        }
        return add(text, hash: hash, slot: slot)
      }
    }
  }

  /// Frees what is only needed to add texts.
  mutating func finish() {
    slots = []
  }

  /// The texts that satisfy a condition, in the order of their bytes, and the position of each text among them or -1.
  func sorted(
    where isIncluded: (ArraySlice<UInt8>) -> Bool
  ) -> (levels: Levels, positions: [Int32]) {
    let order = LevelOrder(bytes, ends).sorted(where: isIncluded)
    var positions = [Int32](repeating: -1, count: count)
    for (position, index) in order.enumerated() { positions[Int(index)] = Int32(position) }
    return (Levels(bytes: bytes, ends: ends, order: order), positions)
  }

  // MARK: Finding texts

  @inline(__always)
  private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

  /// The slot of a text and its position, or a free slot.
  @inline(__always)
  private func slot(
    of text: UnsafeBufferPointer<UInt8>, hash: UInt32
  ) -> (slot: Int, known: Int32?) {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot].code >= 0 {
      let found = slots[slot]
      if found.hash == hash && equals(text, Int(found.code)) { return (slot, found.code) }
      slot = (slot + 1) & mask
    }
    return (slot, nil)
  }

  @inline(__always)
  private func equals(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    let start = start(index)
    guard ends[index] - start == text.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      let known = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start...])
      let text = UnsafeRawBufferPointer(text)
      var offset = 0
      while offset + 8 <= text.count {
        let word = text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if word != known.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
        offset += 8
      }
      while offset < text.count {
        if text[offset] != known[offset] { return false }
        offset += 1
      }
      return true
    }
  }

  private mutating func add(
    _ text: UnsafeBufferPointer<UInt8>, hash: UInt32, slot: Int
  ) -> Int32 {
    let code = Int32(ends.count)
    slots[slot] = Slot(hash: hash, code: code)
    bytes += text
    ends.append(bytes.count)
    if 3 * ends.count > 2 * slots.count { grow() }
    return code
  }

  private mutating func grow() {
    let mask = 2 * slots.count - 1
    var larger = [Slot](repeating: .free, count: mask + 1)
    for old in slots where old.code >= 0 {
      var slot = Int(old.hash) & mask
      while larger[slot].code >= 0 { slot = (slot + 1) & mask }
      larger[slot] = old
    }
    slots = larger
  }

  /// Multiplies and folds eight bytes at a time; there are never more than 2^31 texts.
  @inline(__always)
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash = UInt64(text.count) &+ 0x9e37_79b9_7f4a_7c15
    let raw = UnsafeRawBufferPointer(text)
    var offset = 0
    while offset + 8 <= raw.count {
      hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < raw.count {
      rest = rest << 8 | UInt64(raw[offset])
      offset += 1
    }
    hash = mixed(hash ^ rest)
    return UInt32(truncatingIfNeeded: hash)
  }

  @inline(__always)
  private static func mixed(_ number: UInt64) -> UInt64 {
    let product = number.multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
    return product.high ^ product.low
  }

  private static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
  }
}
