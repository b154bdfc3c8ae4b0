// Part of Apus, Apache-2.0. See LICENSE.

/// The upper half of a 64-bit word, kept for the next draw of 32 bits as NumPy does.
@usableFromInline
struct KeptHalf: Sendable {
  @usableFromInline var half: UInt32 = 0
  @usableFromInline var isKept = false

  @usableFromInline
  init() {}

  /// The kept half, if there is one; it is used up.
  @inlinable
  mutating func take() -> UInt32? {
    guard isKept else { return nil }
    isKept = false
    return half
  }

  /// Keeps the upper half of a word and returns the lower one.
  @inlinable
  mutating func split(_ word: UInt64) -> UInt32 {
    half = UInt32(truncatingIfNeeded: word >> 32)
    isKept = true
    return UInt32(truncatingIfNeeded: word)
  }

  /// Forgets the kept half.
  mutating func drop() { isKept = false }
}
