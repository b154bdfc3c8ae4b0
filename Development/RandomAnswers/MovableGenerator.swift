// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// A generator that a case can move before drawing from it.
protocol MovableGenerator: SeedableGenerator {
  /// The next raw word, in the text form of the vectors.
  mutating func rawWord() -> String

  /// Moves `count` jumps ahead; returns false if the generator or the count is not supported.
  mutating func jump(_ count: UInt64) -> Bool

  /// Advances by a 256-bit distance, low word first; returns false if the generator cannot advance.
  mutating func advance(_ distance: [UInt64]) -> Bool
}

extension MovableGenerator {
  mutating func rawWord() -> String { VectorText.text(next()) }
  mutating func jump(_ count: UInt64) -> Bool { false }
  mutating func advance(_ distance: [UInt64]) -> Bool { false }

  /// Applies the steps of a case; returns false if one is not supported.
  mutating func apply(_ steps: [(name: String, amount: String)]) -> Bool {
    for (name, amount) in steps {
      guard let parts = words64(ofInteger: amount, count: 4) else { return false }
      let isWord = parts.dropFirst().allSatisfy { $0 == 0 }
      let isShort = isWord && parts[0] <= Draw.most
      switch name {
      case "raw" where isShort: for _ in 0..<parts[0] { _ = rawWord() }
      case "random" where isShort: for _ in 0..<parts[0] { _ = nextDouble() }
      case "jumped" where isWord: if !jump(parts[0]) { return false }
      case "advance": if !advance(parts) { return false }
      default: return false
      }
    }
    return true
  }
}

extension MT19937: MovableGenerator {
  mutating func rawWord() -> String { VectorText.text(nextUInt32()) }

  mutating func jump(_ count: UInt64) -> Bool {
    guard count <= 1000 else { return false }
    self = numpyJumped(Int(count))
    return true
  }
}

extension PCG64: MovableGenerator {
  mutating func jump(_ count: UInt64) -> Bool {
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(by: UInt128(distance[1]) << 64 | UInt128(distance[0]))
    return true
  }
}

extension PCG64DXSM: MovableGenerator {
  mutating func jump(_ count: UInt64) -> Bool {
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(by: UInt128(distance[1]) << 64 | UInt128(distance[0]))
    return true
  }
}

extension Philox4x64: MovableGenerator {
  mutating func jump(_ count: UInt64) -> Bool {
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(blocks: (distance[0], distance[1], distance[2], distance[3]))
    return true
  }
}

extension Threefry4x64: MovableGenerator {
  mutating func jump(_ count: UInt64) -> Bool {
    guard let count = UInt64(exactly: count) else { return false }
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(blocks: SIMD4(distance[0], distance[1], distance[2], distance[3]))
    return true
  }
}
extension Threefry4x32: MovableGenerator {
  mutating func rawWord() -> String { VectorText.text(nextUInt32()) }

  mutating func jump(_ count: UInt64) -> Bool {
    guard let count = UInt32(exactly: count) else { return false }
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(
      blocks: SIMD4(
        UInt32(truncatingIfNeeded: distance[0]), UInt32(truncatingIfNeeded: distance[0] >> 32),
        UInt32(truncatingIfNeeded: distance[1]), UInt32(truncatingIfNeeded: distance[1] >> 32)))
    return true
  }
}
extension Philox4x32: MovableGenerator {
  mutating func rawWord() -> String { VectorText.text(nextUInt32()) }

  mutating func jump(_ count: UInt64) -> Bool {
    guard let count = UInt32(exactly: count) else { return false }
    self = jumped(count)
    return true
  }

  mutating func advance(_ distance: [UInt64]) -> Bool {
    advance(
      blocks: SIMD4(
        UInt32(truncatingIfNeeded: distance[0]), UInt32(truncatingIfNeeded: distance[0] >> 32),
        UInt32(truncatingIfNeeded: distance[1]), UInt32(truncatingIfNeeded: distance[1] >> 32)))
    return true
  }
}
extension SFC64: MovableGenerator {}

extension Xoshiro256StarStar: MovableGenerator {
  mutating func jump(_ count: UInt64) -> Bool {
    guard count <= 100_000 else { return false }
    self = jumped(count)
    return true
  }
}
