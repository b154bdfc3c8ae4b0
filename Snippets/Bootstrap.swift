// Part of Apus, Apache-2.0. See LICENSE.
// The program of the README; CI compares the two.
import Apus

let incomes = [21.4, 25.0, 26.3, 28.8, 31.1, 33.7, 35.2, 38.0, 44.9, 52.3, 61.0, 98.5]
var seed = Seed(42)
let result = bootstrap(incomes, resamples: 10_000, streams: seed.streams()) { sample in
  Quantile.median(of: sample)
}
print("median \(result.estimate), standard error \(result.standardError)")
if let interval = result.percentileInterval(level: 0.95) { print("95 % interval \(interval)") }
print("task 7 in NumPy: \(result.origin.reproducingLine(task: 7))")
