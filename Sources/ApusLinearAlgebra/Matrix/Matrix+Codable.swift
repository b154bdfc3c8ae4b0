// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix: Codable where Element: Codable {
  private enum CodingKeys: CodingKey { case rows, columns, elements }

  /// Encodes the shape and the elements, column by column.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rows, forKey: .rows)
    try container.encode(columns, forKey: .columns)
    try container.encode(elements, forKey: .elements)
  }

  /// Decodes a matrix, which keeps the array of its elements.
  ///
  /// - Throws: `DecodingError` if the shape does not fit the elements.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rows = try container.decode(Int.self, forKey: .rows)
    let columns = try container.decode(Int.self, forKey: .columns)
    let elements = try container.decode([Element].self, forKey: .elements)
    let (count, overflows) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflows, count == elements.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .elements, in: container,
        debugDescription: "A matrix of \(rows) x \(columns) has \(elements.count) elements.")
    }
    self.init(rows: rows, columns: columns, reading: elements)
  }
}
