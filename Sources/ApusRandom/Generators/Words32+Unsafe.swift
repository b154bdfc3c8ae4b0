// Part of Apus, Apache-2.0. See LICENSE.

/// A generator of 64-bit words that keeps the upper half of one for the next 32-bit draw.
protocol HalfKeeping: BitGenerator {
  var kept: KeptHalf { get set }
}

extension HalfKeeping {
  /// Fills `words` with halves, the low one of each word first.
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

  /// Through words of their own, because an odd place is not aligned to them.
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

extension Philox4x64: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension Threefry4x64: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension PCG64: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension PCG64DXSM: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension SFC64: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension Xoshiro256StarStar: HalfKeeping {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) { fillHalves(&words) }
}

extension MT19937 {
  /// Fills `words` with what as many calls of `nextUInt32()` would give.
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
