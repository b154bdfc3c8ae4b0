// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times single draws through the generic interface against loops written by hand for one generator, and
/// the cost of streams: prints "name,apus ns,by hand ns", for streams "name,ns,bytes".
@main
struct Scalars {
  static let count = 2_000_000

  static func main() {
    compare("PCG64 word", words(PCG64(SeedSequence(1))), ByHand.pcg64)
    compare("SFC64 word", words(SFC64(SeedSequence(1))), ByHand.sfc64)
    compare("xoshiro256** word", words(Xoshiro256StarStar(splitMixSeed: 1)), ByHand.xoshiro)
    compare("Philox word", words(Philox4x64(SeedSequence(1))), ByHand.philox)
    compare(
      "Philox word (by hand in fours)", words(Philox4x64(SeedSequence(1))), ByHand.philoxBlocks)
    compare("R uniform", doubles(MRG32k3a(setSeed: 1)), ByHand.mrg)
    for (name, ns, bytes) in streams() { print("\(name),\(ns),\(bytes)") }
    for (name, ns) in jumps() { print("\(name),\(ns),0") }
  }

  // The work: generic functions that the compiler specialises, as in a user's program.

  static func words<Generator: BitGenerator>(_ start: Generator) -> () -> UInt64 {
    {
      var generator = start
      var sum: UInt64 = 0
      for _ in 0..<count { sum ^= generator.next() }
      return sum
    }
  }

  static func doubles<Generator: BitGenerator>(_ start: Generator) -> () -> UInt64 {
    {
      var generator = start
      var sum = 0.0
      for _ in 0..<count { sum += generator.uniform() }
      return sum.bitPattern
    }
  }

  static func compare(_ name: String, _ apus: () -> UInt64, _ byHand: () -> UInt64) {
    precondition(apus() == byHand(), "\(name): not the same numbers")
    var best = (Double.infinity, Double.infinity)
    for _ in 0..<7 {
      best.0 = min(best.0, time(apus))
      best.1 = min(best.1, time(byHand))
    }
    print("\(name),\(best.0),\(best.1)")
  }

  @inline(never)
  static func time(_ body: () -> UInt64) -> Double {
    let clock = ContinuousClock()
    var result: UInt64 = 0
    let time = clock.measure { result = body() }
    if result == 42 { print("") }  // the result is used
    return time / .nanoseconds(1) / Double(count)
  }

  /// Nanoseconds to prepare and to make an exact jump of MT19937 by twenty million words.
  static func jumps() -> [(String, Double)] {
    let clock = ContinuousClock()
    var generator = MT19937(legacySeed: 1)
    var jump = MT19937.Jump(words: 1)
    let preparing = clock.measure { jump = MT19937.Jump(words: 20_000_000) }
    let jumping = (0..<20).map { _ in clock.measure { generator.jump(jump) } }.min() ?? .zero
    return [
      ("jump of MT19937: to prepare", preparing / .nanoseconds(1)),
      ("jump of MT19937: prepared", jumping / .nanoseconds(1)),
    ]
  }

  /// Nanoseconds and bytes per stream, of a million (MT19937: 20,000) made one by one.
  static func streams() -> [(String, Double, Int)] {
    func make<Generator: BitGenerator>(
      _ name: String, _ streams: consuming Streams<Generator>, heap: Int = 0
    ) -> (String, Double, Int) {
      let source = streams.makeSource()
      let n = Generator.self == MT19937.self ? 20_000 : 1_000_000
      let clock = ContinuousClock()
      var sum: UInt64 = 0
      let time = clock.measure {
        for task in 0..<n {
          var generator = source[task]
          sum ^= generator.next()
        }
      }
      if sum == 42 { print("") }
      return (name, time / .nanoseconds(1) / Double(n), MemoryLayout<Generator>.size + heap)
    }
    var seed = Seed(1)
    return [
      make("stream of a map", seed.streams()),
      make("stream numpySpawn PCG64", Streams.numpySpawn(1, of: PCG64.self)),
      make("stream numpySpawn SFC64", Streams.numpySpawn(1, of: SFC64.self)),
      make("stream rStreams", Streams.rStreams(setSeed: 1)),
      make("stream legacySeeds", Streams.legacySeeds(from: 0), heap: 640 * 4 + 625 * 4),
    ]
  }
}
