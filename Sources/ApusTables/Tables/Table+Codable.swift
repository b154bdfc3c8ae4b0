// Part of Apus, Apache-2.0. See LICENSE.

extension Table: Codable {
  private enum CodingKeys: CodingKey { case columns, rowCount, rowNames, firstLine, lines }

  /// Encodes the columns, the names of the rows, and their lines in the file.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(columns, forKey: .columns)
    try container.encode(rowCount, forKey: .rowCount)
    try container.encodeIfPresent(rowNames, forKey: .rowNames)
    switch lines {
    case .consecutive(let first): try container.encode(first, forKey: .firstLine)
    case .listed(let lines): try container.encode(lines, forKey: .lines)
    case nil: break
    }
  }

  /// Decodes a table, and checks its shape.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rowCount = try container.decode(Int.self, forKey: .rowCount)
    let rowNames = try container.decodeIfPresent(Categories.self, forKey: .rowNames)
    let listed = try container.decodeIfPresent([Int].self, forKey: .lines)
    let first = try container.decodeIfPresent(Int.self, forKey: .firstLine)
    guard rowCount >= 0, (rowNames?.count ?? rowCount) == rowCount,
      (listed?.count ?? rowCount) == rowCount
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .rowCount, in: container,
        debugDescription: "Not every one of \(rowCount) rows has a name or a line.")
    }
    try self.init(
      columns: container.decode([Column].self, forKey: .columns), rowCount: rowCount,
      rowNames: rowNames, lines: listed.map { .listed($0) } ?? first.map { .consecutive(from: $0) })
  }
}
