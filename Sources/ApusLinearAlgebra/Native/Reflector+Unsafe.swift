// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Vectors are memory of one call, of three elements. The caller must pass a row and a column within the block and keep
// the block alive.

/// The reflection I - tau v vᵀ that turns two or three elements into (beta, 0, 0), with v = (1, v1, v2).
struct Reflector<Element: BlockScalar> {
  /// The number of rows that it changes: 2 or 3.
  let rows: Int
  let tau: Element
  /// What the first element becomes; 0 if not known.
  let beta: Element
  let second: Element
  let third: Element

  /// The reflection for three elements.
  init(first: (Element, Element, Element)) {
    self = withUnsafeTemporaryAllocation(of: Element.self, capacity: 3) { buffer in
      _ = buffer.initialize(from: [first.0, first.1, first.2])
      return Reflector(buffer, rows: 3)
    }
  }

  /// The reflection for the elements from row k on in the column left of k.
  init(_ a: Block<Element>, _ k: Int, rows: Int) {
    self = withUnsafeTemporaryAllocation(of: Element.self, capacity: 3) { buffer in
      buffer.initialize(repeating: 0)
      for i in 0..<rows { buffer[i] = a[k + i, k - 1] }
      return Reflector(buffer, rows: rows)
    }
  }

  /// The reflection of two rows whose first column is (x, y) divided by its length, or the opposite of that.
  init(firstColumn x: Element, _ y: Element) {
    let length = (x * x + y * y).squareRoot()
    let (cosine, sine) = (x.magnitude / length, (x < 0 ? -y : y) / length)
    rows = 2
    tau = 1 + cosine
    second = sine / tau
    (beta, third) = (0, 0)
  }

  private init(_ elements: UnsafeMutableBufferPointer<Element>, rows: Int) {
    self.rows = rows
    tau = elements.baseAddress.map { Vectors.makeReflector($0, count: rows) } ?? 0
    (beta, second, third) = (elements[0], elements[1], elements[2])
  }

  /// Calls a closure with v.
  func withVector(_ body: (UnsafeMutablePointer<Element>) -> Void) {
    withUnsafeTemporaryAllocation(of: Element.self, capacity: 3) { buffer in
      guard let v = buffer.baseAddress else { return }
      (v[0], v[1], v[2]) = (1, second, third)
      body(v)
    }
  }
}

extension NativeKernels {
  /// Applies a reflection of the rows and columns from k on to some columns from the left and to some rows from the right.
  func apply(
    _ reflector: Reflector<Element>, to a: Block<Element>, at k: Int, columns: Range<Int>,
    rows: Range<Int>
  ) {
    if reflector.tau == 0 { return }
    let part = k..<k + reflector.rows
    reflector.withVector { v in
      reflectRows(a.part(part, columns), v, reflector.tau)
      reflectColumns(a.part(rows, part), v, reflector.tau)
    }
  }
}
