// Part of Apus, Apache-2.0. See LICENSE.
// expected: capture of 'counter' with non-Sendable type 'Counter'
import ApusParallel

final class Counter {
  var value = 0
}

func count() -> [Int] {
  let counter = Counter()
  counter.value = 1
  return (0..<10).parallelMap { i in
    counter.value += i  // refused
    return i
  }
}
