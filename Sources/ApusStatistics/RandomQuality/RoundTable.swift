// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Words of many streams, round by round, and the tests on them.
struct RoundTable: Sendable {
  let words: [UInt32]
  let streams: Int

  var rounds: Int { words.count / streams }
}

extension RoundTable {
  /// Tests all pairs of adjacent streams, and 64 pairs further apart.
  func pairs(workers: Int?) -> InterStreamBattery.Outcome {
    let pairs = (0..<(streams + 64)).compactMap { q -> (Int, Int)? in
      let a = q < streams ? q : q * 7919 % streams
      let b = q < streams ? (q + 1) % streams : (q * 104_729 + 13) % streams
      return a == b ? nil : (a, b)
    }
    let values = pairs.parallelMap(workers: workers) { pairProbability($0.0, $0.1) }
    let smallest = values.min() ?? 1
    return InterStreamBattery.Outcome(
      name: "pairs", statistic: "\(pairs.count) pairs, smallest p \(Self.short(smallest))",
      p: min(1, smallest * Double(pairs.count)))
  }

  private func pairProbability(_ a: Int, _ b: Int) -> Double {
    var cells = [Int](repeating: 0, count: 256)
    for round in stride(from: 0, to: words.count, by: streams) {
      cells[Int((words[round + a] >> 28) << 4 | words[round + b] >> 28)] += 1
    }
    let expected = Double(rounds) / 256
    let chiSquare = cells.reduce(0.0) { sum, count in
      let difference = Double(count) - expected
      return sum + difference * difference / expected
    }
    return TailProbability.chiSquare(chiSquare, degreesOfFreedom: 255)
  }

  /// Counts the equal words that two streams drew in the same round.
  func equalWords(workers: Int?) -> InterStreamBattery.Outcome {
    let found = (0..<rounds).parallelMap(workers: workers) { round in
      let sorted = words[(round * streams)..<((round + 1) * streams)].sorted()
      return zip(sorted, sorted.dropFirst()).count { $0 == $1 }
    }.reduce(0, +)
    let expected = Double(streams) * Double(streams - 1) / 2 * Double(rounds) * 0x1p-32
    return InterStreamBattery.Outcome(
      name: "equal words in a round",
      statistic: "\(found), expected \(Self.short(expected))",
      p: TailProbability.poissonTwoSided(found, mean: expected))
  }

  /// Counts 64-bit runs that occur more than once anywhere, sorted in parts by their leading bits.
  func repeatedRuns(workers: Int?) -> InterStreamBattery.Outcome {
    let count = words.count - streams
    let found = (0..<UInt32(64)).parallelMap(workers: workers) { part in
      var runs: [UInt64] = []
      runs.reserveCapacity(count / 60)
      for i in 0..<count where words[i] >> 26 == part {
        runs.append(UInt64(words[i]) << 32 | UInt64(words[i + streams]))
      }
      runs.sort()
      return zip(runs, runs.dropFirst()).count { $0 == $1 }
    }.reduce(0, +)
    let expected = Double(count) * Double(count - 1) / 2 * 0x1p-64
    return InterStreamBattery.Outcome(
      name: "repeated runs", statistic: "\(found), expected \(Self.short(expected))",
      p: TailProbability.poissonUpper(found, mean: expected))
  }

  /// Tests that each bit in the exclusive or of adjacent streams is set half of the time.
  func neighbourBits(workers: Int?) -> InterStreamBattery.Outcome {
    let largest =
      (0..<streams).parallelMap(workers: workers) { a in
        let b = (a + 1) % streams
        var set = SIMD32<Int32>.zero
        let places = SIMD32<UInt32>((0..<32).map { UInt32($0) })
        for round in stride(from: 0, to: words.count, by: streams) {
          let mixed = SIMD32<UInt32>(repeating: words[round + a] ^ words[round + b])
          set &+= SIMD32<Int32>(truncatingIfNeeded: (mixed &>> places) & 1)
        }
        let half = Double(rounds) / 2
        return (0..<32).map { abs(Double(set[$0]) - half) }.max() ?? 0
      }.max() ?? 0
    let z = largest / (Double(rounds) / 4).squareRoot()
    return InterStreamBattery.Outcome(
      name: "bits of neighbours", statistic: "largest z \(Self.short(z))",
      p: min(1, 32 * Double(streams) * TailProbability.normalTwoSided(z)))
  }

  /// Tests the variance over rounds of the sum over streams.
  func sums() -> InterStreamBattery.Outcome {
    var squares = 0.0
    for round in stride(from: 0, to: words.count, by: streams) {
      var sum = 0.0
      for stream in 0..<streams { sum += Double(words[round + stream]) * 0x1p-32 - 0.5 }
      squares += sum * sum
    }
    let n = Double(rounds)
    let z = (squares / (Double(streams) / 12) - n) / (2 * n).squareRoot()
    return InterStreamBattery.Outcome(
      name: "sums over streams", statistic: "z of their variance \(Self.short(z))",
      p: TailProbability.normalTwoSided(abs(z)))
  }

  /// Formats about three significant digits, without Foundation.
  private static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    if abs(value) >= 1e-3 && abs(value) < 1e6 {
      return "\((value * 1000).rounded() / 1000)"
    }
    var scaled = value
    var exponent = 0
    while abs(scaled) >= 10 {
      scaled /= 10
      exponent += 1
    }
    while abs(scaled) < 1 && exponent > -320 {
      scaled *= 10
      exponent -= 1
    }
    return "\((scaled * 100).rounded() / 100)e\(exponent)"
  }
}
