// Part of Apus, Apache-2.0. See LICENSE.
// expected: type 'Box' does not conform to the 'Sendable' protocol
import ApusParallel

final class Box {
  var value = 0
}

func boxes() -> Int {
  let boxes = (0..<10).parallelMap { _ in Box() }  // refused
  _ = boxes  // refused
  return 0
}
