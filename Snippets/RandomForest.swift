// Part of Apus, Apache-2.0. See LICENSE.
//
// A random forest, its R2 on out-of-bag rows, and which features matter.
import Apus

var seed = Seed(42)
let rows = seed.streams().makeSource()
var rng = rows[0]
let x = (0..<3).map { _ in rng.normals(count: 500) }
let y = (0..<500).map { x[0][$0] + 2 * x[1][$0] * x[1][$0] + 0.3 * rng.normal() }

let data = try TrainingSet(
  features: FeatureTable(columns: x, names: ["a", "b", "c"]), values: y)
let forest = try RandomForestRegressor(
  data, options: ForestOptions(trees: 200, features: .third), streams: seed.streams())
print("R2 out of bag:", forest.outOfBag!.rSquared)
for (name, importance) in zip(data.table.names, forest.featureImportance) {
  print(name, importance)
}
