// Part of Apus, Apache-2.0. See LICENSE.

/// Which generator this is, for ``BitGenerator/words(since:)``: a copy that drew has the same lineage, one
/// that was moved, or another generator put into its place, has not.
@usableFromInline
struct Lineage: Sendable, Hashable {
  /// A hash of the state with which the generator was made, and of all states to which it was moved.
  private var identity: UInt64

  /// - Parameter words: of the state; enough to tell generators apart.
  @usableFromInline
  init(_ words: [UInt64]) {
    identity = 0x9e37_79b9_7f4a_7c15
    add(words)
  }

  /// The generator was moved other than by drawing, to a state.
  mutating func noteMove(to words: [UInt64]) { add(words + [1]) }

  private mutating func add(_ words: [UInt64]) {
    for word in words {
      identity = (identity ^ word) &* 0xbf58_476d_1ce4_e5b9
      identity ^= identity >> 29
    }
  }
}

/// Counts the draws of a generator whose state does not tell how far it has gone.
@usableFromInline
struct DrawCount: Sendable {
  @usableFromInline var drawn: UInt64 = 0
  var lineage: Lineage

  @usableFromInline
  init(_ words: [UInt64]) { lineage = Lineage(words) }

  /// The draws since an earlier count; nil if there was a move in between, or if it is another's.
  func draws(since start: DrawCount) -> UInt64? {
    lineage == start.lineage ? drawn &- start.drawn : nil
  }
}
