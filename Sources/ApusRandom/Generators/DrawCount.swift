// Part of Apus, Apache-2.0. See LICENSE.

/// Counts the draws of a generator whose state does not tell how far it has gone.
@usableFromInline
struct DrawCount: Sendable {
  @usableFromInline var drawn: UInt64 = 0
  /// How often the generator was moved other than by drawing.
  private var moves: UInt32 = 0

  @usableFromInline
  init() {}

  mutating func noteMove() { moves &+= 1 }

  /// The draws since an earlier count; nil if there was a move in between.
  func draws(since start: DrawCount) -> UInt64? {
    moves == start.moves ? drawn &- start.drawn : nil
  }
}
