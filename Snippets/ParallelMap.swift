// Part of Apus, Apache-2.0. See LICENSE.
//
// A change of one word: map becomes parallelMap.
import Apus

/// The number of steps that Collatz's rule takes from a number to 1.
func collatzSteps(_ start: Int) -> Int {
  var (n, steps) = (start, 0)
  while n != 1 { (n, steps) = (n % 2 == 0 ? n / 2 : 3 * n + 1, steps + 1) }
  return steps
}

let steps = (1...300_000).parallelMap { collatzSteps($0) }
let longest = steps.max()!
print("longest: \(longest) steps from \(steps.firstIndex(of: longest)! + 1)")
