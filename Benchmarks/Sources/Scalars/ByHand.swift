// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Loops as one would write them by hand for a single generator, with its state in local variables.
enum ByHand {
  static let count = Scalars.count

  static func pcg64() -> UInt64 {
    let words = SeedSequence(1).generateState64(4).map { UInt128($0) }
    let multiplier: UInt128 = 2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341
    let increment = (words[2] << 64 | words[3]) << 1 | 1
    var state = (increment &+ (words[0] << 64 | words[1])) &* multiplier &+ increment
    var sum: UInt64 = 0
    for _ in 0..<count {
      state = state &* multiplier &+ increment
      let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
      let turn = UInt64(truncatingIfNeeded: state >> 122)
      sum ^= folded &>> turn | folded &<< (0 &- turn)
    }
    return sum
  }

  static func sfc64() -> UInt64 {
    let words = SeedSequence(1).generateState64(3)
    var (a, b, c, n) = (words[0], words[1], words[2], UInt64(1))
    func next() -> UInt64 {
      let word = a &+ b &+ n
      n &+= 1
      a = b ^ b &>> 11
      b = c &+ c &<< 3
      c = (c &<< 24 | c &>> 40) &+ word
      return word
    }
    for _ in 0..<12 { _ = next() }
    var sum: UInt64 = 0
    for _ in 0..<count { sum ^= next() }
    return sum
  }

  static func xoshiro() -> UInt64 {
    var mixer: UInt64 = 1
    func word() -> UInt64 {
      mixer &+= 0x9e37_79b9_7f4a_7c15
      var z = mixer
      z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
      return z ^ z >> 31
    }
    var (s0, s1, s2, s3) = (word(), word(), word(), word())
    var sum: UInt64 = 0
    for _ in 0..<count {
      let scaled = s1 &* 5
      sum ^= (scaled &<< 7 | scaled &>> 57) &* 9
      let shifted = s1 &<< 17
      s2 ^= s0
      s3 ^= s1
      s1 ^= s2
      s0 ^= s3
      s2 ^= shifted
      s3 = s3 &<< 45 | s3 &>> 19
    }
    return sum
  }

  /// Draws word by word, as a loop with several draws in its body must.
  static func philox() -> UInt64 {
    let key = SeedSequence(1).generateState64(2)
    var (counter, used) = (UInt64(0), 4)
    var (b0, b1, b2, b3) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    func next() -> UInt64 {
      if used == 4 {
        counter &+= 1
        (b0, b1, b2, b3) = (counter, 0, 0, 0)
        var (k0, k1) = (key[0], key[1])
        for _ in 0..<10 {
          let p0 = b0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
          let p1 = b2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
          (b0, b1, b2, b3) = (p1.high ^ b1 ^ k0, p1.low, p0.high ^ b3 ^ k1, p0.low)
          k0 &+= 0x9E37_79B9_7F4A_7C15
          k1 &+= 0xBB67_AE85_84CA_A73B
        }
        used = 0
      }
      used += 1
      switch used {
      case 1: return b0
      case 2: return b1
      case 3: return b2
      default: return b3
      }
    }
    var sum: UInt64 = 0
    for _ in 0..<count { sum ^= next() }
    return sum
  }

  /// Draws block by block, which only a loop that needs nothing but words can do.
  static func philoxBlocks() -> UInt64 {
    let key = SeedSequence(1).generateState64(2)
    var sum: UInt64 = 0
    for block in 1...UInt64(count / 4) {
      var (c0, c1, c2, c3) = (block, UInt64(0), UInt64(0), UInt64(0))
      var (k0, k1) = (key[0], key[1])
      for _ in 0..<10 {
        let p0 = c0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
        let p1 = c2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
        (c0, c1, c2, c3) = (p1.high ^ c1 ^ k0, p1.low, p0.high ^ c3 ^ k1, p0.low)
        k0 &+= 0x9E37_79B9_7F4A_7C15
        k1 &+= 0xBB67_AE85_84CA_A73B
      }
      sum ^= c0 ^ c1 ^ c2 ^ c3
    }
    return sum
  }

  static func mrg() -> UInt64 {
    let words = MRG32k3a(setSeed: 1).words.map { Int64($0) }
    var (a, b, c, d, e, f) = (words[0], words[1], words[2], words[3], words[4], words[5])
    let (m1, m2): (Int64, Int64) = (4_294_967_087, 4_294_944_443)
    var sum = 0.0
    for _ in 0..<count {
      var p = (1_403_580 &* b &- 810_728 &* a) % 4_294_967_087
      if p < 0 { p &+= m1 }
      var q = (527_612 &* f &- 1_370_589 &* d) % 4_294_944_443
      if q < 0 { q &+= m2 }
      (a, b, c) = (b, c, p)
      (d, e, f) = (e, f, q)
      sum += Double(p > q ? p &- q : p &- q &+ m1) * 2.328306549295727688e-10
    }
    return sum.bitPattern
  }
}
