// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

// Safety: `withUniqueBlock` copies storage that is shared before it hands it out. The caller must not keep a block beyond the
// closure, and must keep the matrix alive while it uses `block`.

extension Matrix {
  /// The element in a row and column, both counted from 0.
  ///
  /// - Complexity: O(1); the first write to a shared matrix copies it.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get {
      require(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "There is no element (\(row), \(column)) in a matrix of \(rows) x \(columns).")
      return storage.base[offset + row * rowStride + column * columnStride]
    }
    set {
      require(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "There is no element (\(row), \(column)) in a matrix of \(rows) x \(columns).")
      makeUnique()
      storage.base[offset + row * rowStride + column * columnStride] = newValue
    }
  }

  /// Copies the elements, column by column, if another matrix shares them or they are those of an array.
  @inlinable
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) || storage.array != nil { self = copied() }
  }

  /// A column-major copy with memory of its own.
  @inlinable
  func copied() -> Matrix {
    let copy = Matrix(uninitialisedRows: rows, columns: columns)
    copy.fill(from: self)
    return copy
  }

  /// Copies the elements of a matrix of the same shape into this one, whose storage must not be shared.
  @inlinable
  func fill(from other: Matrix) {
    for column in 0..<columns {
      let to = storage.base + offset + column * columnStride
      let from = other.storage.base + other.offset + column * other.columnStride
      if rowStride == 1 && other.rowStride == 1 {
        to.update(from: from, count: rows)
      } else {
        for row in 0..<rows { to[row * rowStride] = from[row * other.rowStride] }
      }
    }
    withExtendedLifetime((self, other)) {}
  }

  /// The same matrix in its own memory, column by column without gaps.
  ///
  /// - Complexity: O(rows × columns), or O(1) if it is stored that way already.
  @inlinable
  public func compacted() -> Matrix {
    isCompact && storage.count == count ? self : copied()
  }

  @usableFromInline
  mutating func replace(rows part: Range<Int>, columns wanted: Range<Int>, with other: Matrix) {
    // The new elements may belong to this matrix.
    let source = other.storage === storage ? other.copied() : other
    makeUnique()
    let part = Matrix(
      storage: storage,
      offset: offset + part.lowerBound * rowStride + wanted.lowerBound * columnStride,
      rows: part.count, columns: wanted.count, rowStride: rowStride, columnStride: columnStride)
    part.fill(from: source)
  }

  /// Creates a matrix from the results of `element(row, column)`, called column by column.
  ///
  /// - Complexity: O(rows × columns) calls.
  @inlinable
  public init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Element) {
    self.init(uninitialisedRows: rows, columns: columns)
    for column in 0..<columns {
      let to = storage.base + column * columnStride
      for row in 0..<rows { to[row] = element(row, column) }
    }
  }

  /// Creates a matrix from its elements, given column by column.
  ///
  /// - Parameters:
  ///   - rows: at least 0.
  ///   - columns: at least 0.
  ///   - elements: rows × columns elements.
  /// - Complexity: O(rows × columns).
  @inlinable
  public init(rows: Int, columns: Int, elements: [Element]) {
    self.init(uninitialisedRows: rows, columns: columns)
    require(
      elements.count == rows * columns,
      "A matrix of \(rows) x \(columns) does not have \(elements.count) elements.")
    elements.withUnsafeBufferPointer {
      if let from = $0.baseAddress { storage.base.update(from: from, count: elements.count) }
    }
  }

  /// Makes a matrix that reads an array where it is, until it is modified.
  init(rows: Int, columns: Int, reading elements: [Element]) {
    guard !elements.isEmpty else {
      self.init(rows: rows, columns: columns, elements: elements)
      return
    }
    self.init(
      storage: MatrixStorage(reading: elements), offset: 0, rows: rows, columns: columns,
      rowStride: 1, columnStride: max(rows, 1))
  }

  /// Passes the elements to `body` as a block for kernels that only read.
  @inlinable
  func withBlock<Output, Failure: Error>(
    _ body: (Block<Element>) throws(Failure) -> Output
  ) throws(Failure) -> Output {
    try body(block)
  }

  /// Passes the elements to `body` as a block for kernels that write, after copying them if they are shared.
  @inlinable
  mutating func withUniqueBlock<Output, Failure: Error>(
    _ body: (Block<Element>) throws(Failure) -> Output
  ) throws(Failure) -> Output {
    makeUnique()
    return try body(block)
  }

  /// The elements as a block, valid as long as the matrix lives.
  @inlinable var block: Block<Element> {
    Block(
      base: storage.base + offset, rows: rows, columns: columns, rowStride: rowStride,
      columnStride: columnStride)
  }

  /// A new matrix that `body` fills completely.
  @inlinable
  static func filled<Failure: Error>(
    rows: Int, columns: Int, _ body: (Block<Element>) throws(Failure) -> Void
  ) throws(Failure) -> Matrix {
    let matrix = Matrix(uninitialisedRows: rows, columns: columns)
    try body(matrix.block)
    return matrix
  }

  /// Calls `body` with the elements, column by column without gaps.
  ///
  /// - Complexity: O(rows × columns) if the matrix must be copied first, else O(1).
  @inlinable
  public mutating func withMutableElements<Output>(
    _ body: (inout MutableSpan<Element>) throws -> Output
  ) rethrows -> Output {
    if !isCompact || storage.count != count { self = copied() }
    makeUnique()
    var span = UnsafeMutableBufferPointer(start: storage.base + offset, count: count).mutableSpan
    return try body(&span)
  }
}
