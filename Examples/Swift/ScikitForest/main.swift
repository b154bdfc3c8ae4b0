// Part of Apus, Apache-2.0. See LICENSE.
//
// Leave-one-out cross-validation of scikit-learn's random forest: this Swift program draws the data and drives the engines of
// Python of a cluster that is running.
import ApusCluster
import ApusRandom

let rowsLeftOut = 50, trees = 100

// The data of the tutorial: NumPy's, from its legacy generator with seed 0.
var random = RandomState(seed: 0)
let x = (0..<500 * 50).map { _ in random.normal() }
let noise = (0..<500).map { _ in random.normal() }
let y = (0..<500).map { i in
  let (a, b, c) = (x[50 * i], x[50 * i + 1], x[50 * i + 2])
  return a + (b * c).magnitude.squareRoot() + b - c + noise[i]
}

let cluster = try await Cluster.connect()
try await cluster.waitForEngines(1)
let swift = try await cluster.swiftIDs
let view = try await cluster.directView(cluster.ids.filter { !swift.contains($0) })
try await view.execute(
  """
  import numpy as np
  from sklearn.ensemble import RandomForestRegressor

  def predict(row):
      forest = RandomForestRegressor(n_estimators=trees, random_state=row)
      forest.fit(np.delete(X, row, axis=0), np.delete(Y, row))
      return forest.predict(X[row : row + 1])[0]
  """)
try await view.push([
  "X": PythonValue(array: x, shape: [500, 50]), "Y": PythonValue(array: y),
  "trees": PythonValue(trees),
])
let rows = (0..<rowsLeftOut).map { PythonValue($0) }
let predicted = try await cluster.loadBalancedView().map("__main__.predict", rows)
  .compactMap(\.double)

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
let wanted = Array(y.prefix(rowsLeftOut))
let (p, w) = (mean(predicted), mean(wanted))
let covariance = mean(zip(predicted, wanted).map { ($0 - p) * ($1 - w) })
let spread =
  (mean(predicted.map { ($0 - p) * ($0 - p) }) * mean(wanted.map { ($0 - w) * ($0 - w) }))
  .squareRoot()
print(predicted.count, "forests, correlation", covariance / spread)
