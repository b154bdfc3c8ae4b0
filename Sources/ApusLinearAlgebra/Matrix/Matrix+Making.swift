// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

extension Matrix: ExpressibleByArrayLiteral {
  /// Creates a matrix from its rows: `[[1, 2], [3, 4]]`.
  public init(arrayLiteral rows: [Element]...) { self.init(rows: rows) }

  /// Creates a matrix from its rows, all of the same length.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public init(rows: [[Element]]) {
    let columns = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() {
      require(
        row.count == columns, "Row \(index) has \(row.count) elements, the first one \(columns).")
    }
    self.init(rows: rows.count, columns: columns) { rows[$0][$1] }
  }

  /// Creates a matrix from its columns, all of the same length.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public init(columns: [[Element]]) {
    self = Matrix(rows: columns).transposed.compacted()
  }

  /// A matrix with one column.
  public init(column: [Element]) {
    self.init(rows: column.count, columns: 1, elements: column)
  }

  /// A matrix with the same element everywhere.
  @inlinable
  public init(repeating element: Element, rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns) { _, _ in element }
  }

  /// A matrix of zeros.
  @inlinable
  public static func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(repeating: 0, rows: rows, columns: columns)
  }

  /// The identity matrix of an order.
  @inlinable
  public static func identity(_ order: Int) -> Matrix {
    Matrix(rows: order, columns: order) { $0 == $1 ? 1 : 0 }
  }

  /// A square matrix with a given diagonal and zeros elsewhere.
  @inlinable
  public static func diagonal(_ elements: [Element]) -> Matrix {
    Matrix(rows: elements.count, columns: elements.count) { $0 == $1 ? elements[$0] : 0 }
  }
}

extension Matrix: Equatable {
  /// Whether shape and all elements are equal (NaN equals nothing, 0 equals -0).
  ///
  /// - Complexity: O(rows × columns).
  public static func == (left: Matrix, right: Matrix) -> Bool {
    if left.rows != right.rows || left.columns != right.columns { return false }
    return withExtendedLifetime((left, right)) {
      Element.routines(of: .current).loops.areEqual(left.block, right.block)
    }
  }
}

extension Matrix: CustomStringConvertible {
  /// Rows of aligned numbers; of large matrices only the first and last.
  public var description: String {
    func shown(_ count: Int) -> [Int?] {
      count <= 8 ? Array(0..<count) : [0, 1, 2, nil, count - 3, count - 2, count - 1]
    }
    let columnsShown = shown(columns)
    let texts = shown(rows).map { row in
      columnsShown.map { column in
        guard let row, let column else { return "..." }
        return "\(self[row, column])"
      }
    }
    let widths = columnsShown.indices.map { column in texts.map { $0[column].count }.max() ?? 0 }
    let lines = texts.map { line in
      zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
        .joined(separator: "  ")
    }
    return (["Matrix \(shape)"] + lines).joined(separator: "\n")
  }
}
