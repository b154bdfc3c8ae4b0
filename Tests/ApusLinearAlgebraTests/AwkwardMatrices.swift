// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusRandom

/// Matrices that break careless algorithms.
enum AwkwardMatrices<Element: MatrixScalar> {
  typealias M = Matrix<Element>

  static func random(_ rows: Int, _ columns: Int, seed: Int = 1) -> M {
    var generator = PCG64(SeedSequence(UInt128(seed)))
    return M(rows: rows, columns: columns) { _, _ in Element(generator.normal()) }
  }

  /// Symmetric, with positive eigenvalues.
  static func positive(_ order: Int) -> M {
    let x = random(order + 3, order, seed: order)
    return Residuals.product(x.transposed, x)
  }

  static func symmetric(_ order: Int) -> M {
    let x = random(order, order, seed: order)
    return x + x.transposed
  }

  static func hilbert(_ order: Int) -> M {
    M(rows: order, columns: order) { 1 / Element($0 + $1 + 1) }
  }

  /// A diagonal from 1e-8 to 1e8, with smaller elements beside it.
  static func graded(_ order: Int) -> M {
    M(rows: order, columns: order) { i, j in
      let exponent = -8 + 16 * Double(max(i, j)) / Double(max(order - 1, 1))
      let scale = (0..<100).reduce(1.0) { value, _ in value * Self.root100(exponent) }
      return Element(i == j ? scale : scale / 16)
    }
  }

  /// 10^(x/100), by its series: enough to grade a diagonal.
  private static func root100(_ x: Double) -> Double {
    let y = x / 100 * 2.302585092994046
    return 1 + y + y * y / 2 + y * y * y / 6
  }

  /// Kahan's upper triangular matrix, whose near rank deficiency QR with column pivoting does not reveal.
  static func kahan(_ order: Int) -> M {
    let (c, s) = (Element(0.285), Element(0.9585275))
    return M(rows: order, columns: order) { i, j in
      let power = (0..<i).reduce(Element(1)) { value, _ in value * s }
      return i > j ? 0 : i == j ? power : -c * power
    }
  }

  static func deficient(_ rows: Int, _ columns: Int) -> M {
    let rank = max(1, min(rows, columns) / 2)
    return Residuals.product(random(rows, rank, seed: 5), random(rank, columns, seed: 6))
  }

  /// The companion matrix of x^n - 1: complex eigenvalues on the unit circle.
  static func cycle(_ order: Int) -> M {
    M(rows: order, columns: order) { ($0 + order - $1) % order == 1 ? 1 : 0 }
  }

  /// Two eigenvalues that are nearly 0, with an equally weak coupling.
  static func weaklyCoupled(_ power: Int) -> M {
    let isFloat = Element.self == Float.self
    let t = Element(
      sign: .plus, exponent: Element.Exponent(isFloat ? power / 2 : 4 * power), significand: 1)
    return M(rows: [[0, t, 1], [t, 0, 1], [0, 0, 1]])
  }

  static func jordan(_ order: Int) -> M {
    M(rows: order, columns: order) { $0 == $1 ? 2 : $1 == $0 + 1 ? 1 : 0 }
  }

  /// A slice whose columns are farther apart than they are long.
  static func view(_ rows: Int, _ columns: Int) -> M {
    random(rows + 5, columns + 3, seed: 9)[rows: 2..<rows + 2, columns: 1..<columns + 1]
  }

  static var orders: [Int] { [1, 2, 3, 7, 16, 31, 32, 33, 63, 64, 65, 100, 129] }

  static var squares: [(String, M)] {
    [1, 2, 3, 8, 33, 65].flatMap { n in
      [
        ("random \(n)", random(n, n)), ("transposed view \(n)", view(n, n).transposed),
        ("graded \(n)", graded(n)), ("cycle \(n)", cycle(n)), ("jordan \(n)", jordan(n)),
      ]
    } + [
      ("Hilbert 12", hilbert(12)), ("Kahan 20", kahan(20)), ("zero", .zeros(4, 4)),
      ("identity", .identity(6)), ("deficient", deficient(10, 10)),
    ]
      + [-50, -100, -130].map { power in
        ("weakly coupled 2^\(4 * power)", weaklyCoupled(power))
      }
  }

  static var rectangles: [(String, M)] {
    [(5, 3), (3, 5), (40, 33), (33, 40), (1, 6), (6, 1), (100, 7), (7, 100), (64, 32)].flatMap {
      (m, n) in
      [
        ("random \(m) x \(n)", random(m, n)), ("view \(m) x \(n)", view(m, n)),
        ("deficient \(m) x \(n)", deficient(m, n)),
      ]
    } + [("0 x 3", .zeros(0, 3)), ("3 x 0", .zeros(3, 0)), ("zeros 5 x 3", .zeros(5, 3))]
  }
}
