// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

extension Matrix {
  /// Matrices of equally many columns, one below the other.
  ///
  /// - Parameter parts: at least one.
  /// - Complexity: O(elements of the result).
  @inlinable
  public static func stackingRows(_ parts: [Matrix]) -> Matrix {
    let columns = parts.first?.columns ?? 0
    require(!parts.isEmpty, "There is nothing to stack.")
    for part in parts {
      require(
        part.columns == columns,
        "Matrices of \(columns) and \(part.columns) columns cannot be stacked.")
    }
    var result = Matrix(uninitialisedRows: parts.reduce(0) { $0 + $1.rows }, columns: columns)
    var start = 0
    for part in parts {
      result[rows: start..<(start + part.rows)] = part
      start += part.rows
    }
    return result
  }

  /// Matrices of equally many rows, side by side.
  ///
  /// - Parameter parts: at least one.
  /// - Complexity: O(elements of the result).
  @inlinable
  public static func stackingColumns(_ parts: [Matrix]) -> Matrix {
    for part in parts {
      require(
        part.rows == parts[0].rows,
        "Matrices of \(parts[0].rows) and \(part.rows) rows cannot stand side by side.")
    }
    return stackingRows(parts.map(\.transposed)).transposed.compacted()
  }
}
