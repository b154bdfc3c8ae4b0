// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Times the same loops as `Peers/loops.cpp`: prints "name seconds serial-seconds" for each, best
/// of several.
///
/// Both run the same dependent rounds per item, so that no compiler can shorten them.
@main
struct Loops {
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
    if CommandLine.arguments.contains("--sweep") { return Sweep.run() }
    row("million-20ns", 1_000_000, repeats: 15) { work(UInt64($0), 14) }
    row("tenthousand-10us", 10_000, repeats: 9) { work(UInt64($0), 3_500) }
    row("hundred-10ms", 100, repeats: 5) { work(UInt64($0), 3_500_000) }
    row("skewed", 10_000, repeats: 9) { work(UInt64($0), $0 &* 7 / 10) }
    SmallTasks.run()
  }

  @inline(__always)
  static func row(
    _ name: String, _ count: Int, repeats: Int, _ item: @escaping @Sendable (Int) -> UInt64
  ) {
    var expected: [UInt64] = []
    let serial = best(repeats) { expected = (0..<count).map(item) }
    var found: [UInt64] = []
    let parallel = best(repeats) { found = (0..<count).parallelMap(item) }
    precondition(found == expected, "\(name) differs from the serial loop")
    print(name, parallel, serial)
  }

  static func best(_ repeats: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    return (0..<repeats).map { _ in clock.measure(body) / .seconds(1) }.min() ?? .nan
  }
}
