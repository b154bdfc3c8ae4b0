// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

/// Bulk fills must give the bits of scalar draws, from any starting position, and leave the
/// generator where scalar draws would.
@Suite struct BulkFillTests {
  static let counts = [0, 1, 2, 3, 5, 7, 311, 312, 313, 511, 512, 623, 1023, 1024, 1025, 5000]
  static let skips = [0, 1, 2, 3, 623, 624]

  static let ranges = [
    3...3, 0...9, -5...2_999_999_999, 0...0xffff_ffff, 7...(1 << 40), Int.min...Int.max,
    -(1 << 62)...(1 << 61),
  ]

  private func check<Generator: BitGenerator>(_ fresh: Generator) {
    for skip in Self.skips {
      for count in Self.counts {
        var bulk = fresh
        for _ in 0..<skip { _ = bulk.nextUInt32() }
        var scalar = bulk
        check(&bulk, &scalar, count)
      }
    }
  }

  private func check<Generator: BitGenerator>(
    _ bulk: inout Generator, _ scalar: inout Generator, _ count: Int
  ) {
    let doubles = bulk.uniforms(count: count)
    #expect(doubles == (0..<count).map { _ in scalar.uniform() })
    let normals = bulk.normals(count: count, mean: 1, standardDeviation: 2)
    #expect(normals == (0..<count).map { _ in scalar.normal(mean: 1, standardDeviation: 2) })
    let exponentials = bulk.exponentials(count: count)
    #expect(exponentials == (0..<count).map { _ in scalar.exponential() })
    var words = [UInt64](repeating: 0, count: count)
    var span = words.mutableSpan
    bulk.fillWords(&span)
    #expect(words == (0..<count).map { _ in scalar.next() })
    var halves = [UInt32](repeating: 0, count: count)
    var halfSpan = halves.mutableSpan
    bulk.fillWords32(&halfSpan)
    #expect(halves == (0..<count).map { _ in scalar.nextUInt32() })
    for range in Self.ranges {
      let integers = bulk.integers(in: range, count: count)
      #expect(integers == (0..<count).map { _ in scalar.integer(in: range) }, "\(range)")
    }
    #expect(bulk.nextUInt32() == scalar.nextUInt32())
    #expect(bulk.next() == scalar.next())
  }

  @Test func philox() { check(Philox4x64(SeedSequence(1))) }
  @Test func philoxWhoseCounterCarries() {
    check(Philox4x64(key: (1, 2), counter: (.max - 5, .max, 7, 0)))
  }
  @Test func pcg64() { check(PCG64(SeedSequence(2))) }
  @Test func mt19937() { check(MT19937(SeedSequence(3))) }
  @Test func pcg64dxsm() { check(PCG64DXSM(SeedSequence(5))) }
  @Test func sfc64() { check(SFC64(SeedSequence(6))) }
  @Test func xoshiro() { check(Xoshiro256StarStar(splitMixSeed: 7)) }
  @Test func philox4x32() { check(Philox4x32(SeedSequence(8))) }
  @Test func threefry4x64() { check(Threefry4x64(SeedSequence(9))) }
  @Test func threefry4x32() { check(Threefry4x32(SeedSequence(10))) }
  @Test func mrg32k3a() { check(MRG32k3a(setSeed: 11)) }
  @Test func rMersenneTwister() { check(RMersenneTwister(setSeed: 12)) }
  @Test func mt19937LegacySeed() { check(MT19937(legacySeed: 4)) }

  @Test func legacyNormals() {
    for count in Self.counts {
      var bulk = RandomState(seed: 9)
      var scalar = bulk
      var values = [Double](repeating: 0, count: count)
      for _ in 0..<3 {
        bulk.fillNormal(&values)
        #expect(values == (0..<count).map { _ in scalar.normal() })
        #expect(bulk.uniform() == scalar.uniform())
      }
    }
  }

  @Test func legacyIntegers() {
    for count in Self.counts {
      var bulk = RandomState(seed: 9)
      var scalar = bulk
      for range in Self.ranges {
        let integers = bulk.integers(in: range, count: count)
        #expect(integers == (0..<count).map { _ in scalar.integer(in: range) }, "\(range)")
      }
    }
  }

  @Test func aGeneratorWithItsOwnRuleForDoublesFillsByIt() {
    struct Odd: BitGenerator {
      var inner = PCG64(SeedSequence(1))
      mutating func next() -> UInt64 { inner.next() }
      mutating func nextUInt32() -> UInt32 { inner.nextUInt32() }
      static func double(from word: UInt64) -> Double { Double(word >> 12) * 0x1p-52 }
    }
    var bulk = Odd()
    var scalar = Odd()
    #expect(bulk.normals(count: 5000) == (0..<5000).map { _ in scalar.normal() })
    #expect(bulk.exponentials(count: 5000) == (0..<5000).map { _ in scalar.exponential() })
  }

  @Test func aCopyOfAGeneratorGoesItsOwnWay() {
    var original = MT19937(legacySeed: 1)
    _ = original.uniforms(count: 10)
    var copy = original
    let fromCopy = copy.uniforms(count: 1000)
    #expect(original.uniforms(count: 1000) == fromCopy)
  }
}
