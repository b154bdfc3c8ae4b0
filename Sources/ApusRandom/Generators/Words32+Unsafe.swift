// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Pairs of words are written within the caller's span; an odd one is kept in the generator.

/// A generator of 64-bit words that keeps the upper half of one for the next 32-bit draw.
protocol HalfWordBuffering: BitGenerator {
  var kept: PendingHalfWord { get set }
}

extension HalfWordBuffering {
  /// Fills `words` with the halves of 64-bit words, low half first.
  mutating func fillHalves(_ words: inout MutableSpan<UInt32>) {
    words.withUnsafeMutableBufferPointer { words in
      var filled = 0
      if !words.isEmpty, let half = kept.take() {
        words[0] = half
        filled = 1
      }
      while words.count - filled >= 2 {
        let pairs = min((words.count - filled) / 2, BlockKernels.chunk)
        fillPairs(words.baseAddress! + filled, pairs)
        filled += 2 * pairs
      }
      if filled < words.count { words[filled] = kept.split(next()) }
    }
  }

  /// Fills pairs through a buffer of 64-bit words, because an odd index is not aligned for them.
  private mutating func fillPairs(_ start: UnsafeMutablePointer<UInt32>, _ pairs: Int) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: pairs) { buffer in
      buffer.initialize(repeating: 0)
      var span = buffer.mutableSpan
      fillWords(&span)
      for i in 0..<pairs {
        start[2 * i] = UInt32(truncatingIfNeeded: buffer[i])
        start[2 * i + 1] = UInt32(truncatingIfNeeded: buffer[i] &>> 32)
      }
    }
  }
}

extension Philox4x64: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension Threefry4x64: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension PCG64: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension PCG64DXSM: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension SFC64: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension Xoshiro256StarStar: HalfWordBuffering {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension MT19937 {
  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) {
    words.withUnsafeMutableBufferPointer { words in
      var filled = 0
      while filled < words.count {
        if position == Self.size { refill() }
        let count = min(Self.size - position, words.count - filled)
        (words.baseAddress! + filled).update(from: block.tempered + position, count: count)
        position += count
        filled += count
      }
    }
  }
}
