// Part of Apus, Apache-2.0. See LICENSE.
// expected: mutation of captured var 'total' in concurrently-executing code
import ApusParallel

func sum() -> Int {
  var total = 0
  (0..<10).parallelForEach { i in
    total += i  // refused
    _ = i
  }
  total += 1
  return total
}
