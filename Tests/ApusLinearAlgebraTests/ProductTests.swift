// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusParallel
import ApusRandom
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

  /// The native product has the same bits on any number of threads, and as any part of itself.
  @Test func nativeProductsHaveTheSameBitsOnAnyNumberOfThreads() {
    var generator = PCG64(SeedSequence(3))
    let a = Matrix<Double>(rows: 300, columns: 270) { _, _ in generator.normal() }
    let b = Matrix<Double>(rows: 270, columns: 310) { _, _ in generator.normal() }
    let products = [1, 2, 3, 8].map { workers in
      withBudget(workers) { BLAS.withBackend(.native) { (a * b, a.gram()) } }
    }
    for (product, gram) in products.dropFirst() {
      #expect(product == products[0].0)
      #expect(gram == products[0].1)
    }
    let part = BLAS.withBackend(.native) { a[rows: 100..<130] * b[columns: 7..<20] }
    #expect(part == products[0].0[rows: 100..<130, columns: 7..<20])
  }

  /// Runs `body` as the only task of a map, with a budget of its own.
  private func withBudget<Output: Sendable>(_ count: Int, _ body: @Sendable () -> Output) -> Output
  {
    ThreadBudget.set(count)
    defer { ThreadBudget.set(nil) }
    return body()
  }
}

extension Matrix {
  /// The same elements in memory of their own.
  fileprivate var copied: Matrix { Matrix(rows: rows, columns: columns, elements: elements) }
}
