// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: A block owns its words and frees them in deinit; a copy of a generator makes its block unique before it writes. Fills
// write within the buffers of the caller's arrays.

/// The state block of MT19937 and its tempered words, shared by copies until one of them refills.
@usableFromInline
final class MT19937Block: @unchecked Sendable {
  // Written only in init and while isKnownUniquelyReferenced holds for its owner; otherwise read-only.

  /// 624 words and the kernels' mirror of the first 16.
  let state: UnsafeMutablePointer<UInt32>
  /// One word in front of the tempered ones, for a pair that begins in the previous block.
  let lead: UnsafeMutablePointer<UInt32>
  @usableFromInline let tempered: UnsafeMutablePointer<UInt32>

  init(_ words: [UInt32]) {
    state = .allocate(capacity: Int(APUS_MT_BLOCK))
    lead = .allocate(capacity: MT19937.size + 1)
    tempered = lead + 1
    lead.initialize(to: 0)
    let mirrored = words + words.prefix(Int(APUS_MT_BLOCK) - MT19937.size)
    state.initialize(from: mirrored, count: mirrored.count)
    tempered.initialize(from: words.map(MT19937.tempered), count: words.count)
  }

  deinit {
    state.deallocate()
    lead.deallocate()
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
    count.drawn &+= UInt64(Self.size)
    position = 0
  }

  /// Copies the block if another generator shares it; call this before writing to it.
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
      var filled = min(values.count, max(0, Self.size - position) / 2)
      fillPairs(filled) { source, start, count in
        table.mt_doubles(source, values.baseAddress! + start, count)
      }
      filled += fillBlocks(UnsafeMutableBufferPointer(rebasing: values[filled...]))
      fillPairs(values.count - filled) { source, start, count in
        table.mt_doubles(source, values.baseAddress! + filled + start, count)
      }
    }
  }

  /// Fills `values` with whole blocks, starting where at most one word of the current block is left.
  ///
  /// Such a word is put in front of the next block's words, and one word is left again at the end.
  ///
  /// - Returns: the number of values filled.
  private mutating func fillBlocks(_ values: UnsafeMutableBufferPointer<Double>) -> Int {
    let pairs = Self.size / 2
    let blockCount = values.count / pairs
    if blockCount == 0 || position < Self.size - 1 { return 0 }
    makeUnique()
    let left = Self.size - position
    let (state, tempered, lead) = (block.state, block.tempered, block.lead)
    let refill = BlockKernels.current.table.mt_refill_temper!
    let convert = BlockKernels.current.table.mt_doubles!
    for i in 0..<blockCount {
      lead.pointee = tempered[Self.size - 1]
      refill(state, tempered)
      convert(tempered - left, values.baseAddress! + i * pairs, pairs)
    }
    count.drawn &+= UInt64(blockCount * Self.size)
    return blockCount * pairs
  }

  /// Passes `count` pairs of tempered words to `body`: (source, index of the first pair, number of pairs).
  ///
  /// At an odd position a pair straddles two blocks: the block's last word is then put in front of the next
  /// block's words, so that the pair is like any other.
  private mutating func fillPairs(
    _ count: Int, _ body: (UnsafePointer<UInt32>, Int, Int) -> Void
  ) {
    var done = 0
    while done < count {
      if position >= Self.size - 1 { refillKeepingLast() }
      let pairs = min((Self.size - position) / 2, count - done)
      body(block.tempered + position, done, pairs)
      position += 2 * pairs
      done += pairs
    }
  }

  /// Moves to the next block; if one word of this block is left, it becomes word -1 of the next.
  private mutating func refillKeepingLast() {
    let isLeft = position == Self.size - 1
    let last = block.word(Self.size - 1)
    refill()
    if isLeft {
      block.lead.pointee = last
      position = -1
    }
  }
}

extension BlockKernels {
  /// The exclusive or of the windows of 624 words of `sequence` at the given offsets.
  func combined(_ sequence: [UInt32], at offsets: [UInt32]) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: MT19937.size) { out, count in
      table.mt_combine(sequence, offsets, offsets.count, out.baseAddress)
      count = MT19937.size
    }
  }
}
