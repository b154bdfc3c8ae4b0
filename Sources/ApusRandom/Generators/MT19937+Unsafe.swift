// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

/// The state block of MT19937 and its tempered words, shared by copies until one of them refills.
@usableFromInline
final class MT19937Block: @unchecked Sendable {
  // Written only in init and by an owner that isKnownUniquelyReferenced; otherwise read only.

  /// 624 words and the kernels' mirror of the first 16.
  let state: UnsafeMutablePointer<UInt32>
  @usableFromInline let tempered: UnsafeMutablePointer<UInt32>

  init(_ words: [UInt32]) {
    state = .allocate(capacity: Int(APUS_MT_BLOCK))
    tempered = .allocate(capacity: MT19937.size)
    let mirrored = words + words.prefix(Int(APUS_MT_BLOCK) - MT19937.size)
    state.initialize(from: mirrored, count: mirrored.count)
    tempered.initialize(from: words.map(MT19937.tempered), count: words.count)
  }

  deinit {
    state.deallocate()
    tempered.deallocate()
  }

  @inlinable
  func word(_ i: Int) -> UInt32 { tempered[i] }

  var words: [UInt32] { [UInt32](UnsafeBufferPointer(start: state, count: MT19937.size)) }

  func refill() {
    BlockKernels.current.table.mt_refill_temper(state, tempered)
  }
}

extension MT19937 {
  @usableFromInline
  mutating func refill() {
    makeUnique()
    block.refill()
    position = 0
  }

  /// Takes a copy of the block if another generator shares it: to be called before writing to it.
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&block) { block = MT19937Block(block.words) }
  }

  static func tempered(_ word: UInt32) -> UInt32 {
    var y = word
    y ^= y >> 11
    y ^= y << 7 & 0x9d2c_5680
    y ^= y << 15 & 0xefc6_0000
    return y ^ y >> 18
  }

  /// Fills `words` with the next 64-bit words.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    let table = BlockKernels.current.table
    words.withUnsafeMutableBufferPointer { words in
      fillPairs(words.count) { source, start, count in
        table.mt_words64(source, words.baseAddress! + start, count)
      }
    }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    let table = BlockKernels.current.table
    values.withUnsafeMutableBufferPointer { values in
      fillPairs(values.count) { source, start, count in
        table.mt_doubles(source, values.baseAddress! + start, count)
      }
    }
  }

  /// Hands out `count` pairs of tempered words: (source, index of the first pair, pairs).
  ///
  /// A pair that straddles two blocks, as with an odd position, is put together on its own.
  private mutating func fillPairs(
    _ count: Int, _ body: (UnsafePointer<UInt32>, Int, Int) -> Void
  ) {
    var done = 0
    while done < count {
      if position == Self.size { refill() }
      let whole = min((Self.size - position) / 2, count - done)
      if whole > 0 {
        body(block.tempered + position, done, whole)
        position += 2 * whole
        done += whole
      } else {
        var pair = (nextUInt32(), nextUInt32())
        withUnsafePointer(to: &pair) {
          $0.withMemoryRebound(to: UInt32.self, capacity: 2) { body($0, done, 1) }
        }
        done += 1
      }
    }
  }
}
