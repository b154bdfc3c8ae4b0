// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels
import Testing

@testable import ApusRandom

/// All instruction-set levels of this processor give the same bits, kernel by kernel.
///
/// The levels are also forced through APUS_KERNELS by `Scripts/test`, which runs the golden vectors
/// on each.
@Suite struct KernelLevelTests {
  private static var levels: [BlockKernels] {
    BlockKernels.Level.allCases.compactMap { BlockKernels($0) }
  }

  private func expectEqual<Value: Equatable>(_ run: (apus_kernels) -> Value) {
    let portable = run(Self.levels[0].table)
    for level in Self.levels {
      let isEqual = run(level.table) == portable  // so that a failure does not print a block
      #expect(isEqual, "\(level.level)")
    }
  }

  private static let words: [UInt32] = {
    var generator = PCG64(SeedSequence(77))
    return (0..<20_000).map { _ in generator.nextUInt32() }
  }()

  private func block(_ start: Int) -> [UInt32] {
    let words = Array(Self.words[start..<start + 624])
    return words + words.prefix(16)
  }

  @Test func refills() {
    expectEqual { table in
      var state = block(0)
      var tempered = [UInt32](repeating: 0, count: 624)
      table.mt_refill(&state)
      table.mt_refill_temper(&state, &tempered)
      return state.prefix(624) + tempered
    }
  }

  @Test(arguments: [0, 1, 3, 7, 8, 9, 100, 311, 312])
  func conversions(count: Int) {
    expectEqual { table in
      var doubles = [Double](repeating: -1, count: 320)
      var wide = [UInt64](repeating: 1, count: 320)
      table.mt_doubles(Self.words, &doubles, count)
      table.mt_words64(Self.words, &wide, count)
      var others = [Double](repeating: -1, count: 320)
      table.doubles(wide, &others, count)
      return (doubles + others).map(\.bitPattern) + wide
    }
  }

  @Test func quarterCircles() {
    expectEqual { table in
      var (a, b) = (block(0), block(700))
      return (0..<50).map { _ in table.mt_quarter_circle(&a, &b) } + a.prefix(624) + b.prefix(624)
    }
  }

  @Test func quarterCirclesWithPointsOnTheEdge() {
    // x = 0.6 and y = 0.8, or one step below or above: the leading bits decide none of the points.
    var counts: Set<Int> = []
    for level in Self.levels {
      for place in 0..<3 {
        var a = previousBlock(untempered(edgeWords(0.6, place)))
        var b = previousBlock(untempered(edgeWords(0.8, place)))
        let count = Int(level.table.mt_quarter_circle(&a, &b))
        #expect(count == exactCount(a, b), "\(level.level)")
        counts.insert(count)
      }
    }
    #expect(counts.contains(312) && counts.contains { $0 < 2 })
  }

  /// The points of two refilled blocks, in double arithmetic.
  private func exactCount(_ a: [UInt32], _ b: [UInt32]) -> Int {
    func value(_ block: [UInt32], _ i: Int) -> Double {
      let (high, low) = (MT19937.tempered(block[2 * i]), MT19937.tempered(block[2 * i + 1]))
      return MT19937.double(from: UInt64(high) << 32 | UInt64(low))
    }
    return (0..<312).count { i in
      let (x, y) = (value(a, i), value(b, i))
      return x * x + y * y < 1
    }
  }

  /// Words whose doubles are `value`, or one step below or above it.
  private func edgeWords(_ value: Double, _ place: Int) -> [UInt32] {
    let bits = UInt64(value * 0x1p53) &+ UInt64(place) &- 1
    let pair = [UInt32(truncatingIfNeeded: bits >> 26) << 5, UInt32(bits & 0x3ff_ffff) << 6]
    return (0..<312).flatMap { _ in pair }
  }

  private func untempered(_ words: [UInt32]) -> [UInt32] {
    words.map { word in
      var y = word
      y ^= y >> 18
      y ^= y << 15 & 0xefc6_0000
      var z = y
      for _ in 0..<5 { z = y ^ (z << 7 & 0x9d2c_5680) }
      y = z
      for _ in 0..<3 { z = y ^ z >> 11 }
      return z
    }
  }

  /// A block whose refill gives the wanted words, by running the recurrence backwards.
  private func previousBlock(_ words: [UInt32]) -> [UInt32] {
    var all = [UInt32](repeating: 0, count: 624) + words
    for n in stride(from: 623, through: 0, by: -1) {
      let high = unmixed(all[n + 624] ^ all[n + 397]) & 0x8000_0000
      let low = n > 0 ? unmixed(all[n + 623] ^ all[n + 396]) & 0x7fff_ffff : 0
      all[n] = high | low
    }
    let state = Array(all[..<624])
    return state + state.prefix(16)
  }

  private func unmixed(_ mixed: UInt32) -> UInt32 {
    mixed >> 31 == 1 ? (mixed ^ 0x9908_b0df) << 1 | 1 : mixed << 1
  }

  @Test func windowsCombined() {
    expectEqual { table in
      var out = [UInt32](repeating: 0, count: 624)
      let positions = (0..<3000).map { UInt32($0 * 6) }
      table.mt_combine(Self.words, positions, positions.count, &out)
      return out
    }
  }

  @Test(arguments: [0, 1, 7, 8, 11, 12, 13, 25, 100])
  func philoxBlocks(count: Int) {
    for start in [0, UInt64.max - 10, UInt64.max] {
      expectEqual { table in
        var counter: [UInt64] = [start, .max, 3, 4]
        var out = [UInt64](repeating: 0, count: 400)
        table.philox4x64_blocks(&counter, [5, 6], &out, count)
        return counter + out
      }
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 12, 1001])
  func pcg64Words(count: Int) {
    expectEqual { table in
      var generator = apus_pcg64(
        state_high: 1, state_low: 2, increment_high: 3, increment_low: 5)
      var out = [UInt64](repeating: 0, count: 1001)
      table.pcg64_words(&generator, &out, count)
      return out + [generator.state_high, generator.state_low]
    }
  }

  @Test(arguments: [0, 1, 7, 24, 25, 1001])
  func wordsOfOtherGenerators(count: Int) {
    expectEqual { table in
      var generator = apus_pcg64(
        state_high: 1, state_low: 2, increment_high: 3, increment_low: 5)
      var state: [UInt64] = [1, 2, 3, 4]
      var out = [[UInt64]](repeating: [UInt64](repeating: 0, count: 1001), count: 3)
      table.pcg64dxsm_words(&generator, &out[0], count)
      table.sfc64_words(&state, &out[1], count)
      table.xoshiro256_words(&state, &out[2], count)
      return out.flatMap { $0 } + [generator.state_high, generator.state_low] + state
    }
  }

  @Test(arguments: [0, 1, 7, 8, 13, 14, 15, 100])
  func philoxDoubles(count: Int) {
    for start in [0, UInt64.max - 10, UInt64.max] {
      expectEqual { table in
        var counter: [UInt64] = [start, .max, 3, 4]
        var out = [Double](repeating: 0, count: 400)
        table.philox4x64_doubles(&counter, [5, 6], &out, count)
        return counter + out.map(\.bitPattern)
      }
    }
  }

  @Test(arguments: [Int32(0), 1], [1, 2, 7, 8, 9, 1000])
  func ziggurats(isTwister: Int32, count: Int) {
    let words = zip(Self.words, Self.words.dropFirst(10_000)).map { UInt64($0) << 32 | UInt64($1) }
    expectEqual { table in
      var out = [Double](repeating: 0, count: count)
      var used = [0, 0]
      let normals = table.ziggurat_normal(
        apus_normal_f64(), isTwister, words, count, &out, &used[0])
      let first = out.prefix(normals).map(\.bitPattern)
      let exponentials = table.ziggurat_exponential(
        apus_exponential_f64(), isTwister, words, count, &out, &used[1])
      return first + out.prefix(exponentials).map(\.bitPattern) + used.map { UInt64($0) }
    }
  }

  /// Making words ahead gives the same values, wherever a block or the last word ends.
  @Test(arguments: [0, 1, 7, 8, 9, 447, 448, 455, 456, 457, 465, 905, 300_000])
  func exponentialsOfSFC64(count: Int) {
    expectEqual { table in
      var state: [UInt64] = [1, 2, 3, UInt64(count)]
      var separate = state
      var words = [UInt64](repeating: 0, count: count)
      var values = [Double](repeating: 0, count: count)
      var out = values
      var used = [0, 0]
      table.sfc64_words(&separate, &words, count)
      let expected = table.ziggurat_exponential(
        apus_exponential_f64(), 0, words, count, &values, &used[0])
      let made = table.sfc64_exponentials(apus_exponential_f64(), &state, count, &out, &used[1])
      #expect(made == expected && used[0] == used[1] && state == separate)
      #expect(out.prefix(made) == values.prefix(expected))
      return out.prefix(made).map(\.bitPattern) + state
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 1000])
  func boundedIntegers(count: Int) {
    let wide = zip(Self.words, Self.words.dropFirst(10_000)).map { UInt64($0) << 32 | UInt64($1) }
    for values in [UInt32(1), 6, 1000, 3_000_000_000, .max] {
      expectEqual { table in
        var out = [UInt64](repeating: 0, count: 1000)
        let threshold = (0 &- values) % values
        var all: [UInt64] = []
        var filled = table.lemire32(Self.words, count, values, threshold, 17, &out)
        all += out.prefix(filled) + [UInt64(filled)]
        filled = table.masked32(Self.words, count, values - 1, 17, &out)
        all += out.prefix(filled) + [UInt64(filled)]
        let many = UInt64(values) << 32 - 1
        filled = table.lemire64(wide, count, many, (0 &- many) % many, 17, &out)
        all += out.prefix(filled) + [UInt64(filled)]
        filled = table.masked64(wide, count, many - 1, 17, &out)
        return all + out.prefix(filled) + [UInt64(filled)]
      }
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 500])
  func rsNormals(count: Int) {
    var generator = MRG32k3a(setSeed: 8)
    let uniforms = generator.uniforms(count: 1000)
    expectEqual { table in
      var out = [Double](repeating: 0, count: 500)
      var tails = [UInt32](repeating: 0, count: 500)
      let found = table.r_normals(uniforms, &out, &tails, count)
      return out.prefix(count).map(\.bitPattern) + tails.prefix(found).map { UInt64($0) }
    }
  }

  @Test(arguments: [0, 1, 2, 5, 511, 512])
  func polarNormals(attempts: Int) {
    var generator = PCG64(SeedSequence(8))
    let uniforms = generator.uniforms(count: 1024)
    expectEqual { table in
      var out = [Double](repeating: 0, count: 1024)
      let kept = table.legacy_normals(uniforms, attempts, &out)
      return out.prefix(2 * kept).map(\.bitPattern)
    }
  }

  @Test func anUnknownOrMissingLevelIsReportedAndTheBestOneUsed() {
    #expect(BlockKernels.resolved(wish: "portable").level == .portable)
    #expect(BlockKernels.resolved(wish: "sse9").level == BlockKernels.highest.level)
    #expect(BlockKernels.complaint(wish: "sse9")!.contains("sse9 is not a level"))
    #expect(BlockKernels.complaint(wish: "portable") == nil)
    #expect(BlockKernels.complaint(wish: nil) == nil)
    let absent = BlockKernels.Level.allCases.filter { BlockKernels($0) == nil }
    for level in absent {
      #expect(BlockKernels.resolved(wish: level.name).level == BlockKernels.highest.level)
      #expect(BlockKernels.complaint(wish: level.name)!.contains("lacks \(level.name)"))
    }
  }
}
