// Part of Apus, Apache-2.0. See LICENSE.

/// The dimensions of a call: rows and columns of its result, and the number of multiplications per element,
/// up to a constant factor.
struct CallShape: Sendable, Hashable {
  let rows: Int
  let columns: Int
  let depth: Int

  init(_ rows: Int, _ columns: Int, _ depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
  }

  /// A call that is never worth more than one thread.
  static let small = CallShape(0, 0, 0)

  /// The shape of a factorisation of a matrix.
  init<Element>(_ block: Block<Element>) {
    self.init(block.rows, block.columns, min(block.rows, block.columns))
  }

  /// The approximate number of multiplications of the call.
  var work: Double { Double(rows) * Double(columns) * Double(depth) }

  /// The smaller of rows and columns.
  var smallerDimension: Int { min(rows, columns) }

  /// A key that shapes with about the same cost per multiplication share: each dimension rounded to a power
  /// of two, and the work to a power of √2.
  ///
  /// It is below 2³⁰, because it is part of an integer key that is looked up at every call.
  var bucket: Int {
    let half = work >= 1 && work.significand >= 1.4142135623730951 ? 1 : 0
    let halves = work >= 1 ? 2 * Int(work.exponent) + half : 0
    return ((Self.bits(rows) << 7 | Self.bits(columns)) << 7 | Self.bits(depth)) << 9 | halves
  }

  static func bits(_ count: Int) -> Int { count.bitWidth - count.leadingZeroBitCount }
}
