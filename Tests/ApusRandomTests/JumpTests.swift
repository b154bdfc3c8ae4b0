// Part of Apus, Apache-2.0. See LICENSE.

import TestSupport
import Testing

@testable import ApusRandom

@Suite struct JumpTests {
  @Test(arguments: [0, 1, 100, 623, 624], [1, 2, 623, 624, 625, 20_000, 50_001])
  func aJumpOfMT19937IsWhatDrawingGives(position: Int, distance: Int) {
    var jumped = MT19937(legacySeed: 3)
    for _ in 0..<position { _ = jumped.nextUInt32() }
    var drawn = jumped
    jumped.jump(MT19937.Jump(words: UInt128(distance)))
    for _ in 0..<distance { _ = drawn.nextUInt32() }
    #expect((0..<1300).allSatisfy { _ in jumped.nextUInt32() == drawn.nextUInt32() })
  }

  @Test func jumpingByADistanceIsJumpingWithItPrepared() {
    var a = MT19937(legacySeed: 3)
    var b = a
    a.jump(by: 20_000_000)
    b.jump(MT19937.Jump(words: 20_000_000))
    #expect((0..<700).allSatisfy { _ in a.nextUInt32() == b.nextUInt32() })
    b = a
    a.jump(by: 0)
    #expect(a.next() == b.next())
  }

  @Test func advancingMRG32k3aIsDrawing() {
    var advanced = MRG32k3a(setSeed: 1)
    var drawn = advanced
    advanced.advance(by: 1003)
    _ = drawn.uniforms(count: 1003)
    #expect(advanced.words == drawn.words)
    var streams = MRG32k3a(setSeed: 1)
    for _ in 0..<13 { streams.leap() }
    #expect(streams.words == MRG32k3a(setSeed: 1).jumped(13).words)
    var substreams = MRG32k3a(setSeed: 1)
    substreams.advance(by: 5 << 76)
    drawn = MRG32k3a(setSeed: 1)
    drawn.leap(substreams: 5)
    #expect(substreams.words == drawn.words)
  }

  @Test func jumpsOfXoshiroAreThoseOfItsAuthors() {
    // A long jump is 2^64 jumps, too many to run; that jumps commute is a quicker check.
    var a = Xoshiro256StarStar(splitMixSeed: 1)
    var b = a
    a.jump()
    a.longJump()
    b.longJump()
    b.jump()
    #expect(a.words == b.words)
  }

  @Test func countersAdvanceWithCarry() {
    var a = Philox4x32(key: SIMD2(1, 2), counter: SIMD4(.max - 1, .max, 0, 0))
    var b = a
    for _ in 0..<12 { _ = a.nextUInt32() }
    b.advance(blocks: SIMD4(3, 0, 0, 0))
    #expect(a.nextUInt32() == b.nextUInt32())
    #expect(
      a.words(since: Philox4x32(key: SIMD2(1, 2), counter: SIMD4(.max - 1, .max, 0, 0))) == 13)
  }

  @Test func twoJumpsAddUp() {
    var once = MT19937(legacySeed: 5)
    var twice = once
    once.jump(MT19937.Jump(words: 3 << 100))
    twice.jump(MT19937.Jump(words: 1 << 100))
    twice.jump(MT19937.Jump(words: 2 << 100))
    #expect((0..<1300).allSatisfy { _ in once.nextUInt32() == twice.nextUInt32() })
  }

  @Test func theJumpPolynomialIsThePublishedOne() throws {
    let text = String(decoding: try Project.vectors("rng/mt19937_jump_2p128.hex"), as: UTF8.self)
    let digits = text.split(whereSeparator: \.isWhitespace)[0].reversed()
    var published: [UInt32] = []
    for (place, digit) in digits.enumerated() {
      for bit in 0..<4 where digit.hexDigitValue! >> bit & 1 == 1 {
        published.append(UInt32(4 * place + bit))
      }
    }
    #expect(GF2Polynomial.power(ofX: 1 << 127, thenSquared: 1).exponents == published)
    #expect(published.count == 9832)
  }

  @Test func advancingPCG64IsDrawing() {
    var advanced = PCG64(SeedSequence(1))
    var drawn = advanced
    advanced.advance(by: 1000)
    for _ in 0..<1000 { _ = drawn.next() }
    #expect(advanced.next() == drawn.next())
    advanced.advance(by: 0 &- 1001)
    var fresh = PCG64(SeedSequence(1))
    #expect(advanced.next() == fresh.next())
  }
}
