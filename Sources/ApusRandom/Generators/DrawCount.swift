// Part of Apus, Apache-2.0. See LICENSE.

/// The identity of a generator, for ``BitGenerator/words(since:)``.
///
/// A copy keeps it while it only draws; moving a generator, or substituting another one, changes it.
@usableFromInline
struct Lineage: Sendable, Hashable {
  /// A hash of the generator's initial state and of every state it was moved to.
  private var identity: UInt64

  /// - Parameter words: words of the state, enough to tell generators apart.
  @usableFromInline
  init(_ words: [UInt64]) {
    identity = 0x9e37_79b9_7f4a_7c15
    add(words)
  }

  /// Records that the generator was moved to a state other than by drawing.
  mutating func recordJump(to words: [UInt64]) { add(words + [1]) }

  private mutating func add(_ words: [UInt64]) {
    for word in words {
      identity = (identity ^ word) &* 0xbf58_476d_1ce4_e5b9
      identity ^= identity >> 29
    }
  }
}

/// A count of draws, for generators whose state does not reveal it.
@usableFromInline
struct DrawCount: Sendable {
  @usableFromInline var drawn: UInt64 = 0
  var lineage: Lineage

  @usableFromInline
  init(_ words: [UInt64]) { lineage = Lineage(words) }

  /// The draws since an earlier count; nil if the generator was moved in between or is a different one.
  func draws(since start: DrawCount) -> UInt64? {
    lineage == start.lineage ? drawn &- start.drawn : nil
  }
}
