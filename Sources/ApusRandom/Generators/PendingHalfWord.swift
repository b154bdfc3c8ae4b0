// Part of Apus, Apache-2.0. See LICENSE.

/// The upper half of a 64-bit word, kept for the next 32-bit draw as in NumPy.
@usableFromInline
struct PendingHalfWord: Sendable {
  @usableFromInline var half: UInt32 = 0
  @usableFromInline var isKept = false

  @usableFromInline
  init() {}

  /// Returns and drops the kept half, if there is one.
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

  /// Drops the kept half.
  mutating func drop() { isKept = false }
}
