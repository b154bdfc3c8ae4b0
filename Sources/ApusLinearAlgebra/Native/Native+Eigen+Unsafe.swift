// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The caller must pass square blocks of one order and keep them alive; writes stay within
// their columns.

extension Native {
  typealias Complex = ComplexPair<Element>

  /// Computes the eigenvalues, and eigenvectors of length 1, of a square block, which it overwrites.
  ///
  /// Complex eigenvalues come in consecutive pairs, the one with positive imaginary part first.
  /// - Returns: 0, or the number of eigenvalues that did not converge.
  func eigen(
    _ a: Block<Element>, values: inout [(Element, Element)], real: Block<Element>,
    imaginary: Block<Element>
  ) -> Int {
    let n = a.rows
    return Block<Element>.withTemporary(rows: n, columns: n) { q in
      let failed = schur(a, q: q)
      if failed > 0 { return failed }
      values = eigenvalues(ofSchur: a)
      var k = 0
      while k < n {
        let isPair = values[k].1 != 0
        let x = schurVector(a, values[k], last: isPair ? k + 1 : k)
        write(x, q, real.column(k), imaginary.column(k))
        if isPair {
          for i in 0..<n {
            real[i, k + 1] = real[i, k]
            imaginary[i, k + 1] = -imaginary[i, k]
          }
        }
        k += isPair ? 2 : 1
      }
      return 0
    }
  }

  private func eigenvalues(ofSchur t: Block<Element>) -> [(Element, Element)] {
    var values: [(Element, Element)] = []
    while values.count < t.rows {
      let k = values.count
      if k + 1 < t.rows && t[k + 1, k] != 0 {
        let middle = (t[k, k] + t[k + 1, k + 1]) / 2, half = (t[k, k] - t[k + 1, k + 1]) / 2
        let root = (-(half * half + t[k, k + 1] * t[k + 1, k])).squareRoot()
        values += [(middle, root), (middle, -root)]
      } else {
        values.append((t[k, k], 0))
      }
    }
    return values
  }

  /// The x with (T - λ) x = 0 and zeros after `last`, by back substitution.
  private func schurVector(
    _ t: Block<Element>, _ value: (Element, Element), last: Int
  ) -> [Complex] {
    let lambda = Complex(real: value.0, imaginary: value.1)
    var x = [Complex](repeating: Complex(real: 0, imaginary: 0), count: t.rows)
    var norm: Element = 0
    for j in 0...last {
      for i in 0...min(j + 1, last) { norm = max(norm, t[i, j].magnitude) }
    }
    let smallest = max(Element.ulpOfOne * norm, Element.leastNormalMagnitude)
    var row = last - 1
    if value.1 == 0 {
      x[last].real = 1
    } else {
      x[last - 1].real = t[last - 1, last]
      x[last] = Complex(real: lambda.real - t[last - 1, last - 1], imaginary: lambda.imaginary)
      row = last - 2
    }
    while row >= 0 {
      let isPair = row > 0 && t[row, row - 1] != 0
      let rows = isPair ? row - 1...row : row...row
      let right = rows.map { i in
        (row + 1...last).reduce(Complex(real: 0, imaginary: 0)) { $0 - t[i, $1] * x[$1] }
      }
      if isPair {
        (x[row - 1], x[row]) = solvePair(t, row - 1, lambda, right, smallest)
      } else {
        x[row] = right[0] / shifted(t[row, row], lambda, smallest)
      }
      scaleDown(&x, from: rows.lowerBound, through: last)
      row -= rows.count
    }
    return x
  }

  /// t - λ, or `smallest` where that is nearly 0.
  private func shifted(_ t: Element, _ lambda: Complex, _ smallest: Element) -> Complex {
    let difference = Complex(real: t - lambda.real, imaginary: -lambda.imaginary)
    return difference.size < smallest ? Complex(real: smallest, imaginary: 0) : difference
  }

  /// Solves a system of order 2 by Cramer's rule.
  private func solvePair(
    _ t: Block<Element>, _ k: Int, _ lambda: Complex, _ right: [Complex], _ smallest: Element
  ) -> (Complex, Complex) {
    let first = Complex(real: t[k, k] - lambda.real, imaginary: -lambda.imaginary)
    let second = Complex(real: t[k + 1, k + 1] - lambda.real, imaginary: -lambda.imaginary)
    let (above, below) = (t[k, k + 1], t[k + 1, k])
    var determinant = first * second - Complex(real: above * below, imaginary: 0)
    if determinant.size < smallest * smallest {
      determinant = Complex(real: smallest * smallest, imaginary: 0)
    }
    return (
      (second * right[0] - above * right[1]) / determinant,
      (first * right[1] - below * right[0]) / determinant
    )
  }

  private func scaleDown(_ x: inout [Complex], from: Int, through last: Int) {
    let size = (from...last).reduce(Element(0)) { max($0, x[$1].size) }
    if size < 1 / (Element.ulpOfOne * Element.ulpOfOne) { return }
    for i in from...last { x[i] = 1 / size * x[i] }
  }

  /// Writes Q x, divided by its length.
  private func write(
    _ x: [Complex], _ q: Block<Element>, _ real: UnsafeMutablePointer<Element>,
    _ imaginary: UnsafeMutablePointer<Element>
  ) {
    let n = q.rows
    let size = x.reduce(Element(0)) { max($0, $1.size) }
    for i in 0..<n { (real[i], imaginary[i]) = (0, 0) }
    for (j, factor) in x.enumerated() where factor.size > 0 {
      Vectors.add(factor.real / size, q.column(j), to: real, count: n)
      Vectors.add(factor.imaginary / size, q.column(j), to: imaginary, count: n)
    }
    let lengths = (Vectors.length(real, count: n), Vectors.length(imaginary, count: n))
    let length = (lengths.0 * lengths.0 + lengths.1 * lengths.1).squareRoot()
    for i in 0..<n {
      real[i] /= length
      imaginary[i] /= length
    }
  }
}
