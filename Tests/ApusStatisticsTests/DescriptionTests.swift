// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTables
import Testing

@testable import ApusStatistics

/// What is printed fits on one screen, however large the model or the result is.
@Suite struct DescriptionTests {
  private func expectShort(_ value: some Any, holds word: String) {
    let text = "\(value)"
    #expect(
      text.split(separator: "\n").count <= 24 && text.utf8.count < 2000, "\(text.prefix(500))")
    #expect(text.contains(word), "\(text.prefix(500))")
  }

  @Test func modelsAndResultsPrintAsAFewLines() throws {
    var seed = Seed(1)
    var second = Seed(2)
    var third = Seed(3)
    var fourth = Seed(4)
    let columns = (0..<60).map { column in (0..<500).map { Double(($0 * 7 + column * 13) % 101) } }
    let features = try FeatureTable(columns: columns)
    let data = try TrainingSet(features: features, values: columns[0])
    let classes = try TrainingSet(
      features: features, classes: (0..<500).map { $0 % 3 }, classCount: 3)
    let options = ForestOptions(trees: 5)
    let forest = try RandomForestRegressor(data, options: options, streams: seed.streams())
    let other = try RandomForestClassifier(classes, options: options, streams: second.streams())
    expectShort(forest, holds: "5 trees")
    expectShort(other, holds: "3 classes")
    expectShort(forest.outOfBag as Any, holds: "R²")
    expectShort(other.outOfBag as Any, holds: "error rate")
    expectShort(data, holds: "500 rows and 60 features")
    let boot = bootstrap(columns[0], resamples: 5000, streams: third.streams()) { $0[0] }
    expectShort(boot, holds: "5000 in all")
    expectShort(
      monteCarlo(5000, streams: fourth.streams()) { $0.uniform() }, holds: "5000 in all")
    expectShort(Moments(columns[0]), holds: "500 values")
    let table = try Table(columns.enumerated().map { Column("c\($0)", $1) })
    expectShort(table, holds: "Table of 500 rows and 60 columns")
    expectShort(try table.grouped(by: "c0"), holds: "101 groups")
    expectShort(table.columns[0], holds: "500 values")
    expectShort(Categories((0..<500).map { "level \($0)" }), holds: "500 levels")
  }
}
