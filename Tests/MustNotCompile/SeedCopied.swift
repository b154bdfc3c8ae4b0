// Part of Apus, Apache-2.0. See LICENSE.
// expected: 'seed' used after consume
import ApusRandom

func twoSeeds() {
  let seed = Seed(42)
  let other = seed
  print(seed.value)  // refused
  print(other.value)
}
