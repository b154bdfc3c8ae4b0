// Part of Apus, Apache-2.0. See LICENSE.

extension Table: CustomStringConvertible {
  private static let shownRows = 10
  private static let shownColumns = 8
  private static let widest = 20

  /// The shape, the types of the columns and the first rows, on one screen.
  public var description: String {
    let shown = columns.prefix(Self.shownColumns)
    var lines = [shown.map { Self.cut($0.name) }, shown.map { $0.type.description }]
    for row in 0..<min(rowCount, Self.shownRows) {
      lines.append(shown.map { Self.cut($0.text(row) ?? "NA") })
    }
    if columns.count > shown.count { lines = lines.map { $0 + ["…"] } }
    let widths = (0..<(lines[0].count)).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let aligned = lines.map { line in
      zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
        .joined(separator: "  ")
    }
    let rest = rowCount > Self.shownRows ? ["… \(rowCount - Self.shownRows) more rows"] : []
    let head = "Table of \(rowCount) rows and \(columns.count) columns"
    return ([head] + aligned + rest).joined(separator: "\n")
  }

  private static func cut(_ text: String) -> String {
    let line = text.map { $0.isNewline ? "⏎" : $0 }
    return line.count > widest ? String(line.prefix(widest - 1)) + "…" : String(line)
  }
}

extension Column: CustomStringConvertible {
  /// The name, the type and the first values.
  public var description: String {
    let first = (0..<min(count, 8)).map { text($0) ?? "NA" }.joined(separator: ", ")
    return "\(name): \(count) values of type \(type): \(first)\(count > 8 ? ", …" : "")"
  }
}

extension Categories: CustomStringConvertible {
  /// The count of values and the first levels.
  ///
  /// - Complexity: as that of ``levels``.
  public var description: String {
    let levels = levels
    let first = levels.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return
      "\(count) texts of \(levels.count) levels: \(first)\(levels.count > 8 ? ", …" : "")"
  }
}

extension TableGroups: CustomStringConvertible {
  /// The count of groups and their sizes.
  public var description: String {
    let sizes = rows.prefix(8).map { "\($0.count)" }.joined(separator: ", ")
    return "\(count) groups of \(sizes)\(count > 8 ? ", …" : "") rows"
  }
}

extension FeatureTable: CustomStringConvertible {
  /// The shape and the first names.
  public var description: String {
    let first = names.prefix(8).joined(separator: ", ")
    return
      "FeatureTable of \(rowCount) rows and \(featureCount) features: \(first)\(names.count > 8 ? ", …" : "")"
  }
}
