// Part of Apus, Apache-2.0. See LICENSE.
//
// Results as they come, from a lazy input: the loop takes no more of it than it needs.
import Apus

var seed = Seed(42)
var inside = 0
var total = 0
for try await (_, isInside) in (0...).prefix(100_000).parallelResults(
  streams: seed.streams(), order: .input,
  { _, rng in
    let (x, y) = (rng.uniform(), rng.uniform())
    return x * x + y * y < 1
  })
{
  total += 1
  if isInside { inside += 1 }
  let p = Double(inside) / Double(total)
  if total > 1000, 4 * (p * (1 - p) / Double(total)).squareRoot() < 0.02 { break }
}
print("pi is about \(4 * Double(inside) / Double(total)) after \(total) points")
