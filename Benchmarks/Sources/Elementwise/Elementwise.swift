// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// `Elementwise ROWS COLUMNS`: times operators, rows, columns, reductions and norms of a matrix, as a program outside the
/// package compiles them; prints a name and microseconds for each.
@main
struct Elementwise {
  static func main() {
    let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    var seed = Seed(1)
    let x = Matrix.normal(rows: sizes[0], columns: sizes[1], streams: seed.streams())
    let row = x.row(0)
    let half = (0..<x.rows).filter { $0 % 2 == 0 }
    time("x + x") { (x + x)[0, 0] }
    time("x - x.T.T") { (x - x.transposed.transposed)[0, 0] }
    time("x.T + x.T") { (x.transposed + x.transposed)[0, 0] }
    time("x * x elementwise") { (x .* x)[0, 0] }
    time("x / x elementwise") { (x ./ x)[0, 0] }
    time("2 * x") { (2 * x)[0, 0] }
    time("x / 3") { (x / 3)[0, 0] }
    time("-x") { (-x)[0, 0] }
    time("x - row") { x.combiningRows(with: row) { $0 - $1 }[0, 0] }
    time("sqrt(abs(x))") { x.map { $0.magnitude.squareRoot() }[0, 0] }
    time("all rows") { (0..<x.rows).reduce(0) { $0 + x.row($1)[0] } }
    time("all columns") { (0..<x.columns).reduce(0) { $0 + x.column($1)[0] } }
    time("every other row") { x.selecting(rows: half)[0, 0] }
    time("copy of x.T") { x.transposed.compacted()[0, 0] }
    time("x == x") { x == x.compacted() ? 1 : 0 }
    time("sum") { x.sum() }
    time("column sums") { x.columnSums()[0] }
    time("row sums") { x.rowSums()[0] }
    time("column means") { x.columnMeans()[0] }
    time("norm") { x.norm() }
    time("one norm") { x.norm(.one) }
    time("infinity norm") { x.norm(.infinity) }
    time("largest") { x.norm(.maximum) }
    time("diagonal") { x.diagonal[0] }
  }

  /// Prints the best of many runs.
  private static func time(_ name: String, _ body: () -> Double) {
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    var sum = 0.0
    let end = clock.now + .milliseconds(250)
    while clock.now < end { best = min(best, clock.measure { sum += body() }) }
    print("\(name)\t\(best / .microseconds(1))\t\(sum.isNaN ? 1 : 0)")
  }
}
