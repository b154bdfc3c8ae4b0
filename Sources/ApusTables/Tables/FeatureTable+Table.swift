// Part of Apus, Apache-2.0. See LICENSE.

extension FeatureTable {
  /// How columns of texts become numbers.
  public enum TextCoding: Sendable, Hashable {
    /// They do not: a column of texts is an error.
    case refused
    /// A column of texts becomes a feature for each level, such as "site=Oslo": 1 for rows of this level, 0 for others, NaN
    /// where the text is missing. A column may have so many levels at most.
    case indicators(mostLevels: Int = 64)
  }

  /// Makes features from the columns of a table: numbers as they are, true as 1, false as 0, missing values as NaN.
  ///
  /// - Parameters:
  ///   - table: with at least one row.
  ///   - columns: the names of the columns, in the order of the features; nil for all.
  ///   - texts: what becomes of texts; by default they are an error, and dates always are.
  /// - Throws: ``TableError`` `.values` that names the column, `.shape` for no rows or columns.
  /// - Complexity: O(rows · features).
  public init(_ table: Table, columns: [String]? = nil, texts: TextCoding = .refused) throws {
    var names: [String] = []
    var features: [[Double]] = []
    for column in try columns.map({ try table.selecting($0).columns }) ?? table.columns {
      if case .categories(let categories) = column.values, case .indicators(let most) = texts {
        let coded = try Self.indicators(column.name, categories, most)
        names += coded.names
        features += coded.features
      } else {
        names.append(column.name)
        features.append(try column.numbers())
      }
    }
    try self.init(columns: features, names: names)
  }

  private static func indicators(
    _ name: String, _ texts: Categories, _ most: Int
  ) throws -> (names: [String], features: [[Double]]) {
    guard texts.levels.count <= most else {
      let examples = texts.levels.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      throw TableError(
        .values,
        "Column \"\(name)\" has \(texts.levels.count) different texts (\(examples), …), more than \(most)."
      )
    }
    let features = texts.levels.indices.map { level in
      texts.codes.map { $0 < 0 ? .nan : ($0 == Int32(level) ? 1.0 : 0) }
    }
    return (texts.levels.map { "\(name)=\($0)" }, features)
  }
}
