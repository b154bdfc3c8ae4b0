// Part of Apus, Apache-2.0. See LICENSE.

extension MT19937 {
  /// A distance along the cycle of MT19937, prepared for use on many generators.
  ///
  /// Preparing takes about a millisecond (a power of x modulo the generator's characteristic polynomial;
  /// Haramoto and others 2008); each ``MT19937/jump(_:)`` with it then takes a fraction of that.
  public struct Jump: Sendable {
    /// The number of 32-bit words to skip, at least 1.
    public let words: UInt128
    /// Exponents of x^(words - 1) modulo the characteristic polynomial.
    let exponents: [UInt32]

    /// Prepares a jump.
    ///
    /// - Parameter words: 32-bit words to skip, at least 1. A double takes two.
    /// - Complexity: O(log `words`) squarings of polynomials of degree 19937.
    public init(words: UInt128) {
      require(words >= 1, "A jump skips at least one word.")
      self.words = words
      exponents = GF2Polynomial.power(ofX: words - 1).exponents
    }
  }

  /// Moves ahead exactly as drawing the words of `distance` would.
  ///
  /// - Complexity: O(19937 · 624 / 2) exclusive ors, vectorised.
  /// - Compatibility: not what NumPy's `jumped()` does; see ``numpyJumped(_:)``.
  public mutating func jump(_ distance: Jump) {
    // The lower 31 bits of the window's first word are undetermined; one plain step drops that word.
    let window = Self.combined(block.words, distance.exponents)
    let mixed = window[0] & 0x8000_0000 | window[1] & 0x7fff_ffff
    let next = window[397] ^ mixed >> 1 ^ (mixed & 1 == 1 ? 0x9908_b0df : 0)
    block = MT19937Block(window.dropFirst() + [next])
    count.lineage.recordJump(to: block.words.prefix(4).map { UInt64($0) })
  }

  /// Moves exactly `words` words of 32 bits ahead.
  ///
  /// To move several generators by the same distance, prepare a ``Jump`` once.
  ///
  /// - Complexity: O(log `words`) squarings of polynomials of degree 19937, about a millisecond, and
  ///   one ``jump(_:)``.
  public mutating func jump(by words: UInt128) {
    if words > 0 { jump(Jump(words: words)) }
  }

  /// The generator that NumPy's `MT19937.jumped(count)` returns.
  ///
  /// NumPy evaluates the jump on a ring that starts at the current position, but draws by regenerating whole
  /// blocks: unless the position is a block boundary, the result is *not* 2¹²⁸ words ahead in this
  /// generator's sequence (NumPy issue 15394). Streams made this way are therefore not proved disjoint. Use
  /// it only to reproduce results obtained with NumPy.
  public func numpyJumped(_ count: Int = 1) -> MT19937 {
    var result = self
    for _ in 0..<count { result.numpyJump() }
    return result
  }

  private mutating func numpyJump() {
    let words = block.words
    let start = position % Self.size
    let ring = Array(words[start...] + words[..<start])
    let window = Self.combined(ring, Self.numpyJumpExponents)
    let end = (start + Self.numpyJumpDegree) % Self.size
    let split = Self.size - end
    block = MT19937Block(Array(window[split...] + window[..<split]))
    count.lineage.recordJump(to: block.words.prefix(4).map { UInt64($0) })
    position = end
  }

  private static let numpyJumpExponents = GF2Polynomial.power(ofX: 1 << 127, thenSquared: 1)
    .exponents
  private static let numpyJumpDegree = Int(numpyJumpExponents.last ?? 0)

  /// The exclusive or of the windows of 624 words at the given offsets of the sequence that
  /// starts with `words`: a polynomial in the step operator, applied to a state.
  private static func combined(_ words: [UInt32], _ offsets: [UInt32]) -> [UInt32] {
    var sequence = words
    let count = Int(offsets.last ?? 0) + size
    sequence.reserveCapacity(count + 16)
    while sequence.count < count {
      let n = sequence.count - size
      let mixed = sequence[n] & 0x8000_0000 | sequence[n + 1] & 0x7fff_ffff
      sequence.append(sequence[n + 397] ^ mixed >> 1 ^ (mixed & 1 == 1 ? 0x9908_b0df : 0))
    }
    return BlockKernels.current.combined(sequence, at: offsets)
  }
}
