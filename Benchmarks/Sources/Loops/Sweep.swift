// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Looks for the count and cost of items at which a parallel map loses most against its serial loop.
///
/// Prints "count rounds parallel serial" for each pair.
enum Sweep {
  static func run() {
    for count in [1, 2, 3, 4, 8, 16, 64, 256, 1024, 10_000, 100_000] {
      for rounds in [0, 4, 14, 112, 700, 7000] where count * rounds < 2_000_000 {
        let calls = max(3, 2_000_000 / (count * (rounds + 1) + 200))
        let times = SmallTasks.times(
          calls: calls, rounds: 7,
          serial: { (0..<count).map { Loops.work(UInt64($0), rounds) } },
          parallel: { (0..<count).parallelMap { Loops.work(UInt64($0), rounds) } })
        print(count, rounds, times.parallel, times.serial)
      }
    }
  }
}
