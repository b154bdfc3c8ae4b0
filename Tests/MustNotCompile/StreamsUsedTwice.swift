// Part of Apus, Apache-2.0. See LICENSE.
// expected: 'streams' consumed more than once
import ApusParallel
import ApusRandom

func twoMaps() {
  var seed = Seed(42)
  let streams = seed.streams()
  let first = (0..<10).parallelMap(streams: streams) { _, rng in rng.uniform() }
  let second = (0..<10).parallelMap(streams: streams) { _, rng in rng.uniform() }  // refused
  print(first)
  print(second)  // refused
}
