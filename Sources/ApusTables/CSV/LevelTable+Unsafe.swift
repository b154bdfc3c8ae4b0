// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Texts are read within their bounds, eight bytes at a time only where as many are left.

/// The distinct texts of a column in the order in which they were met, found by their bytes.
struct LevelTable {
  /// A place that is found by hashes.
  private struct Slot {
    let hash: UInt32
    /// The position of the text, if it stands for a missing value taken from -2; -1 if there is none.
    let code: Int32

    @inline(__always) var isFree: Bool { code == -1 }
    @inline(__always) var text: Int { Int(code < 0 ? -2 - code : code) }

    static let free = Slot(hash: 0, code: -1)
  }

  private(set) var texts = PackedTexts()
  private var slots = [Slot](repeating: .free, count: 16)
  private let missing: MissingTexts
  /// The positions of texts that stand for a missing value.
  private var missingCodes: Set<Int32> = []
  /// The first text that is not UTF-8, and the line on which it was met.
  private(set) var invalid: (text: [UInt8], line: Int)?

  init(_ missing: MissingTexts) { self.missing = missing }

  /// Returns the position of a text, which is added if it is new; -1 if it stands for a missing value.
  ///
  /// - Complexity: O(bytes of the text), amortised.
  mutating func code(of text: UnsafeBufferPointer<UInt8>, line: Int) -> Int32 {
    let (hash, isASCII) = Self.hash(text), mask = slots.count - 1
    var slot = Int(hash) & mask
    while !slots[slot].isFree {
      let found = slots[slot]
      if found.hash == hash && texts.equals(found.text, text) {
        return max(found.code, -1)
      }
      slot = (slot + 1) & mask
    }
    if !isASCII, invalid == nil, !Self.isValid(text) { invalid = (Array(text), line) }
    let code = Int32(texts.count)
    let isMissing = missing.contains(text)
    slots[slot] = Slot(hash: hash, code: isMissing ? -2 - code : code)
    texts.append(text)
    if 3 * texts.count > 2 * slots.count { grow() }
    if !isMissing { return code }
    missingCodes.insert(code)
    return -1
  }

  /// Removes all texts and returns them.
  mutating func takeTexts() -> TextGroups.Group {
    defer {
      texts = PackedTexts()
      missingCodes = []
      for slot in slots.indices { slots[slot] = .free }
      invalid = nil
    }
    texts.shrink()
    return TextGroups.Group(texts: texts, missing: missingCodes)
  }

  private mutating func grow() {
    let mask = 2 * slots.count - 1
    var larger = [Slot](repeating: .free, count: mask + 1)
    for old in slots where !old.isFree {
      var slot = Int(old.hash) & mask
      while !larger[slot].isFree { slot = (slot + 1) & mask }
      larger[slot] = old
    }
    slots = larger
  }

  /// Multiplies and folds eight bytes at a time; there are never more than 2^31 texts.
  ///
  /// - Returns: also whether all bytes are ASCII.
  @inline(__always)
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> (hash: UInt32, isASCII: Bool) {
    var hash = UInt64(text.count) &+ 0x9e37_79b9_7f4a_7c15
    var bits: UInt64 = 0
    let raw = UnsafeRawBufferPointer(text)
    var offset = 0
    while offset + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      bits |= word
      hash = mixed(hash ^ word)
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < raw.count {
      rest = rest << 8 | UInt64(raw[offset])
      offset += 1
    }
    hash = mixed(hash ^ rest)
    return (UInt32(truncatingIfNeeded: hash), (bits | rest) & 0x8080_8080_8080_8080 == 0)
  }

  @inline(__always)
  private static func mixed(_ number: UInt64) -> UInt64 {
    let product = number.multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
    return product.high ^ product.low
  }

  private static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    String(validating: text, as: UTF8.self) != nil
  }
}
