// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The parts have as many elements as the block has rows. The caller keeps them alive, and gives different vectors to
// different threads.

/// The solution of (T - λ) x = 0 for an eigenvalue of a real Schur form, by back substitution column by column.
///
/// The rows of x that are not yet known hold what is left of the right side. Rows after the eigenvalue's are left as they were.
struct SchurVector<Element: BlockScalar> {
  typealias Complex = ComplexPair<Element>

  private let t: Block<Element>
  private let lambda: Complex
  private let last: Int
  private let smallest: Element
  private let real: UnsafeMutablePointer<Element>
  private let imaginary: UnsafeMutablePointer<Element>?

  /// Solves the system.
  ///
  /// - Parameters:
  ///   - last: the row of the eigenvalue, or the second of a complex pair.
  ///   - norm: the largest magnitude in T; differences that are tiny beside it count as rounding errors.
  ///   - imaginary: the imaginary part; nil for a real eigenvalue.
  static func solve(
    _ t: Block<Element>, _ value: (Element, Element), last: Int, norm: Element,
    real: UnsafeMutablePointer<Element>, imaginary: UnsafeMutablePointer<Element>?
  ) {
    let smallest = max(Element.ulpOfOne * norm, Element.leastNormalMagnitude)
    SchurVector(
      t: t, lambda: Complex(real: value.0, imaginary: value.1), last: last, smallest: smallest,
      real: real, imaginary: imaginary
    ).solve()
  }

  private func solve() {
    var row = last - 1
    if imaginary == nil {
      put(Complex(real: 1, imaginary: 0), last)
    } else {
      put(Complex(real: t[last - 1, last], imaginary: 0), last - 1)
      put(Complex(real: lambda.real - t[last - 1, last - 1], imaginary: lambda.imaginary), last)
      eliminate(last, rows: last - 1)
      eliminate(last - 1, rows: last - 1)
      row = last - 2
    }
    if imaginary == nil { eliminate(last, rows: last) }
    while row >= 0 {
      let isPair = row > 0 && t[row, row - 1] != 0
      let first = isPair ? row - 1 : row
      if isPair {
        let (upper, lower) = pair(first)
        put(upper, first)
        put(lower, row)
      } else {
        put(self[row] / shifted(t[row, row]), row)
      }
      scaleDown(first...row)
      for known in first...row { eliminate(known, rows: first) }
      row = first - 1
    }
  }

  private subscript(row: Int) -> Complex {
    Complex(real: real[row], imaginary: imaginary?[row] ?? 0)
  }

  private func put(_ value: Complex, _ row: Int) {
    real[row] = value.real
    imaginary?[row] = value.imaginary
  }

  /// Takes a known element of x to the right side of the first rows.
  private func eliminate(_ known: Int, rows: Int) {
    let column = t.column(known)
    Vectors.add(-real[known], column, to: real, count: rows)
    if let imaginary { Vectors.add(-imaginary[known], column, to: imaginary, count: rows) }
  }

  /// t - λ, or `smallest` where that is nearly 0.
  private func shifted(_ t: Element) -> Complex {
    let difference = Complex(real: t - lambda.real, imaginary: -lambda.imaginary)
    return difference.size < smallest ? Complex(real: smallest, imaginary: 0) : difference
  }

  /// Solves a system of order 2 by Cramer's rule.
  private func pair(_ k: Int) -> (Complex, Complex) {
    let first = Complex(real: t[k, k] - lambda.real, imaginary: -lambda.imaginary)
    let second = Complex(real: t[k + 1, k + 1] - lambda.real, imaginary: -lambda.imaginary)
    let (above, below) = (t[k, k + 1], t[k + 1, k])
    var determinant = first * second - Complex(real: above * below, imaginary: 0)
    if determinant.size < smallest * smallest {
      determinant = Complex(real: smallest * smallest, imaginary: 0)
    }
    let (right, next) = (self[k], self[k + 1])
    return (
      (second * right - above * next) / determinant, (first * next - below * right) / determinant
    )
  }

  /// Divides everything by an element that has become too large.
  private func scaleDown(_ rows: ClosedRange<Int>) {
    let size = rows.reduce(Element(0)) { max($0, self[$1].size) }
    if size < 1 / (Element.ulpOfOne * Element.ulpOfOne) { return }
    for row in 0...last {
      real[row] /= size
      imaginary?[row] /= size
    }
  }
}
