// Part of Apus, Apache-2.0. See LICENSE.
// expected: Keep the seed in a variable, so that the next map gets other numbers: var seed = Seed(1)
import ApusRandom

func unkeptSeed() {
  var seed = Seed(1)
  _ = seed.streams()
  let streams = Seed(1).streams()  // refused
  _ = streams.makeSource()  // refused
}
