// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times the same loops as `Peers/loops.cpp`: prints "name seconds serial-seconds" for each, best
/// of several.
///
/// Both run the same dependent rounds per item, so that no compiler can shorten them.
@main
struct Loops {
  /// A loop: its name, its items, and the rounds of work in each.
  struct Row: Sendable {
    let name: String
    let count: Int
    let rounds: @Sendable (Int) -> Int
    let repeats: Int
  }

  static let rows = [
    Row(name: "million-20ns", count: 1_000_000, rounds: { _ in 7 }, repeats: 15),
    Row(name: "tenthousand-10us", count: 10_000, rounds: { _ in 3_500 }, repeats: 9),
    Row(name: "hundred-10ms", count: 100, rounds: { _ in 3_500_000 }, repeats: 5),
    Row(name: "skewed", count: 10_000, rounds: { i in i * 7 / 10 }, repeats: 9),
  ]

  @inline(__always)
  static func work(_ seed: UInt64, _ rounds: Int) -> UInt64 {
    var x = seed | 1
    var i = 0
    while i < rounds {
      x ^= x &>> 12
      x ^= x &<< 25
      x ^= x &>> 27
      x = x &* 0x2545_F491_4F6C_DD1D
      i &+= 1
    }
    return x
  }

  static func main() {
    for row in rows where CommandLine.arguments.count < 2 || CommandLine.arguments[1] == row.name {
      let indices = 0..<row.count
      var expected: [UInt64] = []
      let serial = best(row.repeats) { expected = indices.map { work(UInt64($0), row.rounds($0)) } }
      var found: [UInt64] = []
      let parallel = best(row.repeats) {
        found = indices.parallelMap { work(UInt64($0), row.rounds($0)) }
      }
      precondition(found == expected, "\(row.name) differs from the serial loop")
      print(row.name, parallel, serial)
    }
  }

  static func best(_ repeats: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    return (0..<repeats).map { _ in clock.measure(body) / .seconds(1) }.min() ?? .nan
  }
}
