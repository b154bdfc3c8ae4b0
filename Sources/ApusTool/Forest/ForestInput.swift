// Part of Apus, Apache-2.0. See LICENSE.
import ApusStatistics
import ApusTables

/// The data of `apus forest`, checked.
struct ForestInput {
  /// What is predicted.
  enum Target {
    case values([Double])
    case classes(Categories)
  }

  let data: TrainingSet
  let target: Target
  let targetName: String
  /// The numbers of the rows in the file, from 1, and their lines.
  let rows: [(number: Int, line: Int)]
  /// The rows whose value to predict was missing.
  let droppedCount: Int
  /// The columns of texts and the counts of their levels.
  let coded: [(name: String, levels: Int)]

  var rowCount: Int { rows.count }

  init(_ command: ForestCommand, _ whole: Table) throws {
    let path = command.file
    let column = try Self.named(path) { try whole.column(command.target) }
    let kept = try Self.keptRows(column, whole, command)
    droppedCount = whole.rowCount - kept.count
    rows = kept.map { ($0 + 1, whole.line(ofRow: $0) ?? 0) }
    guard kept.count >= 2 else {
      let count = kept.count == 1 ? "one row" : "no rows"
      throw ToolError.input("\(path) has \(count); cross-validation needs at least two.")
    }
    let table = droppedCount == 0 ? whole : try Self.withUsedLevels(whole.selecting(rows: kept))
    let features = try Self.named(path) {
      try table.removing([command.target] + command.without.filter { $0 != command.target })
    }
    guard !features.columns.isEmpty else {
      throw ToolError.input("\(path) has no column besides \"\(command.target)\".")
    }
    coded = features.columns.compactMap { column in
      guard case .categories(let texts) = column.values else { return nil }
      return (column.name, texts.levels.count)
    }
    targetName = command.target
    target = try Self.target(try table.column(command.target), table, path)
    data = try Self.trainingSet(try Self.featureTable(features, path), target)
  }

  /// The same table without levels that no row has.
  private static func withUsedLevels(_ table: Table) throws -> Table {
    try table.columns.reduce(table) { table, column in
      guard case .categories(let texts) = column.values else { return table }
      return try table.adding(Column(column.name, Array(texts)))
    }
  }

  /// Runs a closure, in whose errors the file is named.
  private static func named<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as TableError {
      throw ToolError.input("\(path): \(error.message)")
    }
  }

  private static func keptRows(
    _ target: Column, _ table: Table, _ command: ForestCommand
  ) throws -> [Int] {
    let missing = (0..<table.rowCount).filter { target.isMissing($0) }
    guard let first = missing.first, !command.dropMissing else {
      return (0..<table.rowCount).filter { !target.isMissing($0) }
    }
    let others = missing.count > 1 ? ", and in \(missing.count - 1) other rows" : ""
    throw ToolError.input(
      "\(command.file), line \(table.line(ofRow: first) ?? 0), column \"\(command.target)\": the value to predict is missing\(others); --drop-missing leaves such rows out."
    )
  }

  /// The most classes of a target: the leaves of all trees keep a share of each.
  private static let mostClasses = 256

  private static func target(_ column: Column, _ table: Table, _ path: String) throws -> Target {
    switch column.values {
    case .dates:
      throw ToolError.input(
        "\(path): column \"\(column.name)\" holds dates, which cannot be predicted; turn them into numbers."
      )
    case .categories(let texts):
      try checkNumbers(column, table, path)
      guard texts.levels.count <= mostClasses else {
        throw ToolError.input(
          "\(path): column \"\(column.name)\" has \(texts.levels.count) different texts, more than \(mostClasses) classes."
        )
      }
      return .classes(texts)
    case .logicals: return .classes(Categories(column.texts))
    case .numbers, .integers:
      let values = try column.numbers()
      try checkFinite(Column(column.name, values), table, path)
      return .values(values)
    }
  }

  private static func featureTable(_ table: Table, _ path: String) throws -> FeatureTable {
    for column in table.columns {
      try checkFinite(column, table, path)
      try checkNumbers(column, table, path)
    }
    do {
      return try FeatureTable(table, texts: .indicators())
    } catch let error as TableError {
      throw ToolError.input(
        "\(path): \(error.message) Leave it out with --without, or turn it into numbers.")
    }
  }

  private static func checkNumbers(_ column: Column, _ table: Table, _ path: String) throws {
    guard let (text, row) = column.textAmongNumbers else { return }
    throw ToolError.input(
      "\(path), line \(table.line(ofRow: row) ?? 0), column \"\(column.name)\": \"\(text)\" is not a number, but most values look like numbers. If it stands for a missing value, add --missing '\(text)'; thousands must not be separated."
    )
  }

  private static func checkFinite(_ column: Column, _ table: Table, _ path: String) throws {
    guard case .numbers(let values) = column.values,
      let row = values.firstIndex(where: { $0.isInfinite })
    else { return }
    throw ToolError.input(
      "\(path), line \(table.line(ofRow: row) ?? 0), column \"\(column.name)\": the value is infinite."
    )
  }

  private static func trainingSet(
    _ features: FeatureTable, _ target: Target
  ) throws -> TrainingSet {
    switch target {
    case .values(let values): try TrainingSet(features: features, values: values)
    case .classes(let texts):
      try TrainingSet(
        features: features, classes: texts.codes.map { Int($0) }, classCount: texts.levels.count)
    }
  }
}
