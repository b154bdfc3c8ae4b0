// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import Testing

/// Products of small integers are exact, whatever computes them.
@Suite struct ProductTests {
  static let sizes = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 48, 65, 97, 130]

  private func integers<Element: MatrixScalar>(_ rows: Int, _ columns: Int) -> Matrix<Element> {
    Matrix(rows: rows, columns: columns) { Element(($0 * 31 + $1 * 17) % 13 - 6) }
  }

  private func expectExact<Element: MatrixScalar>(_: Element.Type) {
    for (index, m) in Self.sizes.enumerated() {
      let n = Self.sizes[(index * 7 + 3) % Self.sizes.count]
      let k = Self.sizes[(index * 5 + 11) % Self.sizes.count]
      let a: Matrix<Element> = integers(m, k), b: Matrix<Element> = integers(k, n)
      let expected = Residuals.product(a, b)
      let place = "\(m) x \(k) x \(n) of \(Element.self)"
      #expect(a * b == expected, "\(place)")
      #expect(a.transposed.copied.transposed * b == expected, "\(place), first transposed")
      #expect(a * b.transposed.copied.transposed == expected, "\(place), second transposed")
      #expect((b.transposed * a.transposed).transposed == expected, "\(place), both transposed")
      let gram = a.gram()
      #expect(gram == Residuals.product(a.transposed, a), "Gram \(place)")
      #expect(a.transposed * a == gram && gram == gram.transposed)
    }
  }

  @Test func productsOfDoublesAreExact() { expectExact(Double.self) }
  @Test func productsOfFloatsAreExact() { expectExact(Float.self) }

  @Test func partsOfMatricesAreMultipliedWhereTheyLie() {
    let whole: Matrix<Double> = integers(60, 50)
    let a = whole[rows: 3..<40, columns: 5..<30], b = whole[rows: 10..<35, columns: 1..<9]
    #expect(a * b == Residuals.product(a, b))
    #expect(a.transposed.gram() == Residuals.product(a, a.transposed))
  }
}

extension Matrix {
  /// The same elements in memory of their own.
  fileprivate var copied: Matrix { Matrix(rows: rows, columns: columns, elements: elements) }
}
