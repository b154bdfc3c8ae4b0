// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

// Nearly all of these are inlinable: compiled where they are used, for one precision and one closure, their loops become vector
// instructions; compiled for any precision they are fifty times slower. Division needs the longest vectors that the processor
// has, and so is a kernel.

extension Matrix {
  /// The sum of two matrices.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    left.combined(with: right) { $0 + $1 }
  }

  /// The difference of two matrices.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    left.combined(with: right) { $0 - $1 }
  }

  /// The product element by element.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static func .* (left: Matrix, right: Matrix) -> Matrix {
    left.combined(with: right) { $0 * $1 }
  }

  /// The quotient element by element.
  ///
  /// - Complexity: O(rows × columns).
  public static func ./ (left: Matrix, right: Matrix) -> Matrix {
    left.requireShape(of: right)
    if !left.isColumnMajor && !right.isColumnMajor {
      return (left.transposed ./ right.transposed).transposed
    }
    return .filled(rows: left.rows, columns: left.columns) { result in
      withExtendedLifetime((left, right)) {
        Element.routines(of: .current).loops.quotients(left.block, right.block, result)
      }
    }
  }

  /// Each element times a number.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static func * (factor: Element, matrix: Matrix) -> Matrix { matrix.map { factor * $0 } }

  /// Each element times a number.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static func * (matrix: Matrix, factor: Element) -> Matrix { matrix.map { factor * $0 } }

  /// Each element divided by a number.
  ///
  /// - Complexity: O(rows × columns).
  public static func / (matrix: Matrix, divisor: Element) -> Matrix {
    if !matrix.isColumnMajor { return (matrix.transposed / divisor).transposed }
    return .filled(rows: matrix.rows, columns: matrix.columns) { result in
      withExtendedLifetime(matrix) {
        Element.routines(of: .current).loops.quotientsBy(matrix.block, divisor, result)
      }
    }
  }

  /// The matrix with the signs of all elements changed.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public static prefix func - (matrix: Matrix) -> Matrix { matrix.map { -$0 } }

  /// Each row plus, minus or otherwise combined with the same vector.
  ///
  /// ```swift
  /// let centred = x.combiningRows(with: x.columnMeans()) { $0 - $1 }
  /// ```
  /// - Parameters:
  ///   - vector: one element for each column.
  ///   - operation: gets an element of the matrix and that of the vector in its column.
  /// - Complexity: O(rows × columns).
  @inlinable
  public func combiningRows(
    with vector: [Element], _ operation: (Element, Element) -> Element
  ) -> Matrix {
    require(
      vector.count == columns, "A vector of \(vector.count) cannot stand for rows of \(columns).")
    return mapColumns { column, element in operation(element, vector[column]) }
  }

  /// Each column plus, minus or otherwise combined with the same vector.
  ///
  /// - Parameters:
  ///   - vector: one element for each row.
  ///   - operation: gets an element of the matrix and that of the vector in its row.
  /// - Complexity: O(rows × columns).
  @inlinable
  public func combiningColumns(
    with vector: [Element], _ operation: (Element, Element) -> Element
  ) -> Matrix {
    transposed.combiningRows(with: vector, operation).transposed
  }
}

infix operator ./ : MultiplicationPrecedence
