// Part of Apus, Apache-2.0. See LICENSE.

/// Which generator this is, for ``BitGenerator/words(since:)``: a copy that drew has the same lineage, one
/// that was moved, or another generator put into its place, has not.
@usableFromInline
struct Lineage: Sendable, Hashable {
  /// A hash of the state with which the generator was made.
  private let identity: UInt64
  /// How often it was moved other than by drawing.
  private var moves: UInt32 = 0

  /// - Parameter words: of the state; enough to tell generators apart.
  @usableFromInline
  init(_ words: UInt64...) {
    identity = Self.hash(words)
  }

  /// - Parameter wide: state in words of 128 bits.
  init(_ wide: UInt128...) {
    let words = wide.flatMap { [UInt64($0 >> 64), UInt64(truncatingIfNeeded: $0)] }
    identity = Self.hash(words)
  }

  private static func hash(_ words: [UInt64]) -> UInt64 {
    words.reduce(0x9e37_79b9_7f4a_7c15) { hash, word in
      let mixed = (hash ^ word) &* 0xbf58_476d_1ce4_e5b9
      return mixed ^ mixed >> 29
    }
  }

  mutating func noteMove() { moves &+= 1 }
}

/// Counts the draws of a generator whose state does not tell how far it has gone.
@usableFromInline
struct DrawCount: Sendable {
  @usableFromInline var drawn: UInt64 = 0
  var lineage: Lineage

  @usableFromInline
  init(_ lineage: Lineage) { self.lineage = lineage }

  mutating func noteMove() { lineage.noteMove() }

  /// The draws since an earlier count; nil if there was a move in between, or if it is another's.
  func draws(since start: DrawCount) -> UInt64? {
    lineage == start.lineage ? drawn &- start.drawn : nil
  }
}
