// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables
import Foundation
import TestSupport
import Testing

@Suite struct RandomForestTests {
  private func example(_ rows: Int = 150) throws -> (FeatureTable, [Double]) {
    var generator = PCG64(SeedSequence(11))
    let columns = (0..<5).map { _ in generator.normals(count: rows) }
    let y = (0..<rows).map { 3 * columns[1][$0] + columns[3][$0] + 0.1 * generator.normal() }
    return (try FeatureTable(columns: columns), y)
  }

  private func streams(_ seed: UInt128 = 1) -> Streams<Philox4x64> {
    Streams(at: StreamOrigin(seed: seed, spawnKey: [1]))
  }

  @Test func aForestIsTheSameAtAnyWidth() throws {
    let (table, y) = try example()
    let data = try TrainingSet(features: table, values: y)
    let options = ForestOptions(trees: 30, features: .third)
    let forests = try workerCounts.map { workers in
      try RandomForestRegressor(data, options: options, streams: streams(), workers: workers)
    }
    for forest in forests {
      #expect(forest.outOfBag!.predictions == forests[0].outOfBag!.predictions)
      #expect(forest.featureImportance == forests[0].featureImportance)
      let predictions = try forest.predict(table, workers: 3)
      #expect(predictions == (0..<table.rowCount).map { forests[0].predict(table.row($0)) })
    }
    let other = try RandomForestRegressor(data, options: options, streams: streams(2))
    #expect(other.predict(table.row(0)) != forests[0].predict(table.row(0)))
  }

  @Test func aTreeDependsOnItsOwnStreamOnly() throws {
    let (table, y) = try example()
    let data = try TrainingSet(features: table, values: y)
    let few = try RandomForestRegressor(
      data, options: ForestOptions(trees: 1), streams: streams())
    let more = try RandomForestRegressor(
      data, options: ForestOptions(trees: 2), streams: streams())
    let second = 2 * more.predict(table.row(4)) - few.predict(table.row(4))
    #expect(y.contains { abs($0 - second) < 1e-9 })  // a fully grown tree predicts a target
  }

  @Test func importanceAndOutOfBagErrorFindWhatMatters() throws {
    let (table, y) = try example(400)
    let data = try TrainingSet(features: table, values: y)
    let forest = try RandomForestRegressor(data, streams: streams())
    #expect(abs(forest.featureImportance.reduce(0, +) - 1) < 1e-12)
    #expect(forest.featureImportance[1] > 0.75)
    #expect(forest.featureImportance[1] > forest.featureImportance[3])
    #expect(forest.featureImportance[3] > forest.featureImportance[0])
    #expect(forest.outOfBag!.rSquared > 0.85)
    #expect(forest.origin == StreamOrigin(seed: 1, spawnKey: [1]))
  }

  @Test func missingValuesAreLearntFrom() throws {
    // Whether the first feature is missing decides the target.
    var generator = PCG64(SeedSequence(5))
    let rows = 200
    let isMissing = (0..<rows).map { _ in generator.uniform() < 0.5 }
    let first = isMissing.map { $0 ? Double.nan : generator.normal() }
    let table = try FeatureTable(columns: [first, generator.normals(count: rows)])
    let data = try TrainingSet(features: table, values: isMissing.map { $0 ? 10 : -10 })
    let forest = try RandomForestRegressor(data, streams: streams())
    #expect(forest.predict([.nan, 0]) > 9.9)
    #expect(forest.predict([0.3, 0]) < -9.9)
  }

  @Test func classesAreLearntAtAnyWidth() throws {
    let (table, y) = try example(300)
    let classes = y.map { $0 < -1 ? 0 : $0 < 1 ? 1 : 2 }
    let data = try TrainingSet(features: table, classes: classes, classCount: 3)
    let forests = try workerCounts.map { workers in
      try RandomForestClassifier(
        data, options: ForestOptions(trees: 50, features: .squareRoot), streams: streams(),
        workers: workers)
    }
    for forest in forests {
      #expect(forest.outOfBag!.errorRate == forests[0].outOfBag!.errorRate)
      #expect(forest.probabilities(table.row(7)) == forests[0].probabilities(table.row(7)))
    }
    let forest = forests[0]
    #expect(forest.outOfBag!.errorRate < 0.2)
    #expect(abs(forest.probabilities(table.row(7)).reduce(0, +) - 1) < 1e-12)
    let predicted = try forest.predict(table)
    #expect(zip(predicted, classes).count { $0 == $1 } > 295)
  }

  @Test func infinitiesAndHugeValuesAreSplitWithoutLoss() throws {
    let x: [Double] = [-.infinity, -1.7e308, 1.7e308, .infinity, 0, .leastNonzeroMagnitude]
    let data = try TrainingSet(
      features: FeatureTable(columns: [x]), values: [1, 2, 3, 4, 5, 6])
    var options = ForestOptions(trees: 200)
    options.computesOutOfBag = false
    let forest = try RandomForestRegressor(data, options: options, streams: streams())
    let predictions = x.map { forest.predict([$0]) }
    #expect(predictions.allSatisfy { $0.isFinite })
    #expect(Set(predictions).count == 6)
  }

  @Test func aSingleRowAndConstantTargetsGiveConstants() throws {
    let one = try TrainingSet(features: FeatureTable(columns: [[1]]), values: [7])
    #expect(try RandomForestRegressor(one, streams: streams()).predict([99]) == 7)
    let flat = try TrainingSet(features: FeatureTable(columns: [[1, 2, 3]]), values: [4, 4, 4])
    #expect(try RandomForestRegressor(flat, streams: streams()).predict([2]) == 4)
  }

  @Test func featuresThatAreTiedWhereALeafMayBeginAreNotSplit() throws {
    let x = [Double](repeating: 0, count: 10) + [1]
    let data = try TrainingSet(
      features: FeatureTable(columns: [x]), values: (0..<11).map { Double($0 * $0) })
    let options = ForestOptions(trees: 200, minimumLeafSize: 3)
    let forest = try RandomForestRegressor(data, options: options, streams: streams())
    #expect(forest.nodeCount == 200)
    #expect(forest.predict([0]) == forest.predict([1]))
    #expect(forest.featureImportance == [0])
  }

  @Test(arguments: [1e-200, 1, 1e200, 1e307]) func targetsOfAnySizeAreLearnt(size: Double) throws {
    let (table, y) = try example()
    let scaled = y.map { $0 * size / 16 }
    let forest = try RandomForestRegressor(
      TrainingSet(features: table, values: scaled), streams: streams())
    #expect(abs(forest.featureImportance.reduce(0, +) - 1) < 1e-9)
    #expect(forest.featureImportance[1] > 0.6)
    let predicted = forest.predict(table.row(3))
    #expect(abs(predicted / size * 16 - y[3]) < 1.5)
  }

  @Test func forestsWithinFoldsWithinFoldsHaveTheirOwnNumbers() throws {
    let (table, y) = try example(12)
    let data = try TrainingSet(features: table, values: y)
    let results = try leaveOneOut(of: 12, heldOutCount: 2, streams: streams()) { outer, _, rng in
      try kFold(of: outer.count, folds: 2, streams: rng.substreams()) { inner, held, rng in
        let forest = try RandomForestRegressor(
          data, rows: inner.map { outer[$0] }, options: ForestOptions(trees: 3),
          streams: rng.substreams())
        return held.map { forest.predict(table.row(outer[$0])) }
      }
    }
    #expect(results.count == 2 && results[0].count == 11 && results[0] != results[1])
  }

  @Test func badInputIsRefusedAndLocated() throws {
    let (table, y) = try example(10)
    #expect(throws: TableError.self) { try FeatureTable(columns: []) }
    #expect(throws: TableError.self) { try FeatureTable(columns: [[1, 2], [1]]) }
    let error = #expect(throws: StatisticsError.self) {
      try TrainingSet(features: table, values: y.dropLast() + [.nan])
    }
    #expect(error?.code == .notFinite)
    #expect(error?.message.contains("row 10") == true)
    let data = try TrainingSet(features: table, values: y)
    for options in [
      ForestOptions(trees: 0), ForestOptions(features: .count(6)),
      ForestOptions(minimumLeafSize: 0), ForestOptions(trees: .max),
      ForestOptions(minimumLeafSize: .max),
    ] {
      #expect(throws: StatisticsError.self) {
        try RandomForestRegressor(data, options: options, streams: streams())
      }
    }
    #expect(throws: StatisticsError.self) {
      try RandomForestRegressor(data, rows: [3, 10], streams: streams())
    }
    #expect(throws: StatisticsError.self) {
      try RandomForestClassifier(data, streams: streams())
    }
  }

  @Test func theTutorialsDataComeFromTheLegacyGeneratorBitForBit() throws {
    func numbers(_ name: String) throws -> [Double] {
      String(decoding: try Project.vectors("forest/\(name).csv"), as: UTF8.self)
        .split { $0 == "," || $0.isNewline }.map { Double($0)! }
    }
    var state = RandomState(seed: 0)
    var x = [Double](repeating: 0, count: 500 * 50)
    state.fillNormal(&x)
    var noise = [Double](repeating: 0, count: 500)
    state.fillNormal(&noise)
    let y = (0..<500).map { row in
      let (a, b, c) = (x[50 * row], x[50 * row + 1], x[50 * row + 2])
      return a + abs(b * c).squareRoot() + b - c + noise[row]
    }
    #expect(x == (try numbers("X")))
    #expect(y == (try numbers("Y")))
  }
}
