// Part of Apus, Apache-2.0. See LICENSE.

/// The two shifts of a Francis step: a pair of conjugates, or a real number twice.
struct Shifts<Element: BlockScalar> {
  private let real: Element
  private let imaginary: Element

  /// The eigenvalues of the last block of order 2 of rows low...high, as shifts.
  ///
  /// If they are real, it is the one nearer to the last element of the diagonal, twice. After ten steps without success, and
  /// then at every tenth, others are taken (Watkins 2007).
  init(_ a: Block<Element>, _ low: Int, _ high: Int, step: Int) {
    var (first, above, below, last) = (
      a[high - 1, high - 1], a[high - 1, high], a[high, high - 1], a[high, high]
    )
    if step % 10 == 0 {
      let isAtTop = step % 20 == 10
      let (row, next) = isAtTop ? (low + 1, low + 2) : (high, high - 1)
      let size = a[row, row - 1].magnitude + a[next, next - 1].magnitude
      first = 0.75 * size + (isAtTop ? a[low, low] : a[high, high])
      (above, below, last) = (-0.4375 * size, size, first)
    }
    let scale = first.magnitude + above.magnitude + below.magnitude + last.magnitude
    if scale == 0 {
      (real, imaginary) = (0, 0)
      return
    }
    (first, above, below, last) = (first / scale, above / scale, below / scale, last / scale)
    let middle = (first + last) / 2
    let determinant = (first - middle) * (last - middle) - above * below
    let root = determinant.magnitude.squareRoot()
    if determinant >= 0 {
      (real, imaginary) = (middle * scale, root * scale)
    } else {
      let (one, other) = (middle + root, middle - root)
      let nearer = (one - last).magnitude <= (other - last).magnitude ? one : other
      (real, imaginary) = (nearer * scale, 0)
    }
  }

  /// The first column of (A - s)(A - s̄) for the part of A from a row on, up to a factor.
  func firstColumn(_ a: Block<Element>, at m: Int) -> (Element, Element, Element) {
    let distance = a[m, m] - real
    let size = distance.magnitude + imaginary.magnitude + a[m + 1, m].magnitude
    if size == 0 { return (0, 0, 0) }
    let below = a[m + 1, m] / size
    let column = (
      below * a[m, m + 1] + distance * (distance / size) + imaginary * (imaginary / size),
      below * (a[m, m] + a[m + 1, m + 1] - 2 * real), below * a[m + 2, m + 1]
    )
    let sum = column.0.magnitude + column.1.magnitude + column.2.magnitude
    return sum == 0 ? column : (column.0 / sum, column.1 / sum, column.2 / sum)
  }

  /// Whether a step may begin at a row: the element left of it is then small enough, for this step, to stay.
  func canStart(_ a: Block<Element>, at m: Int) -> Bool {
    let column = firstColumn(a, at: m)
    let beside =
      a[m - 1, m - 1].magnitude + a[m, m].magnitude + a[m + 1, m + 1].magnitude
    return a[m, m - 1].magnitude * (column.1.magnitude + column.2.magnitude)
      <= Element.ulpOfOne * column.0.magnitude * beside
  }
}
