// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Maps, reductions and joins of tasks so small that the overhead shows.
///
/// Each prints "name seconds serial-seconds", the time of one call or one node of a recursion.
enum SmallTasks {
  static func run() {
    trivial("trivial-10000", 10_000, calls: 100)
    map("160ns-2", 2, calls: 5000)
    map("160ns-128", 128, calls: 500)
    reduce("reduce-10m", 10_000_000)
    recursion("join-node", 27)
  }

  static func trivial(_ name: String, _ count: Int, calls: Int) {
    let times = times(
      calls: calls,
      serial: { (0..<count).map { UInt64(truncatingIfNeeded: $0) &* 3 &+ 1 } },
      parallel: { (0..<count).parallelMap { UInt64(truncatingIfNeeded: $0) &* 3 &+ 1 } })
    print(name, times.parallel, times.serial)
  }

  static func map(_ name: String, _ count: Int, calls: Int) {
    let times = times(
      calls: calls,
      serial: { (0..<count).map { Loops.work(UInt64($0), 112) } },
      parallel: { (0..<count).parallelMap { Loops.work(UInt64($0), 112) } })
    print(name, times.parallel, times.serial)
  }

  /// The mean time of a call of the parallel map and of the serial one, the best of several rounds.
  static func times(
    calls: Int, rounds: Int = 15, serial: () -> [UInt64], parallel: () -> [UInt64]
  ) -> (parallel: Double, serial: Double) {
    var expected: [UInt64] = []
    var found: [UInt64] = []
    let serialTime = Loops.best(rounds) { for _ in 0..<calls { expected = serial() } }
    let parallelTime = Loops.best(rounds) { for _ in 0..<calls { found = parallel() } }
    precondition(found == expected, "a parallel map differs from the serial one")
    return (parallelTime / Double(calls), serialTime / Double(calls))
  }

  static func reduce(_ name: String, _ count: Int) {
    let values = (0..<count).map { Double($0 % 1000) * 0.5 }
    var (expected, found) = (0.0, 0.0)
    let serial = Loops.best(15) { expected = values.reduce(0, +) }
    let parallel = Loops.best(15) {
      found = values.parallelReduce(0, transform: { $0 }, combine: +)
    }
    precondition(found == expected, "a parallel reduction differs from the serial one")
    print(name, parallel, serial)
  }

  static func recursion(_ name: String, _ order: Int) {
    let nodes = Double(fibonacci(order + 1)) - 1
    var (expected, found) = (0, 0)
    let serial = Loops.best(5) { expected = fibonacci(order) }
    let parallel = Loops.best(5) { found = joinedFibonacci(order) }
    precondition(found == expected, "joined branches differ from the serial recursion")
    print(name, parallel / nodes, serial / nodes)
  }

  @inline(never)
  static func fibonacci(_ n: Int) -> Int {
    n < 2 ? n : fibonacci(n - 1) &+ fibonacci(n - 2)
  }

  static func joinedFibonacci(_ n: Int) -> Int {
    if n < 2 { return n }
    let (a, b) = join({ joinedFibonacci(n - 1) }, { joinedFibonacci(n - 2) })
    return a &+ b
  }
}
