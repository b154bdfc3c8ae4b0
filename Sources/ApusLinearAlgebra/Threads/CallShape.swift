// Part of Apus, Apache-2.0. See LICENSE.

/// The dimensions of a call: rows and columns of its result, and how many multiplications each element costs,
/// but for a factor.
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

  /// A factorisation of a matrix.
  init<Element>(_ block: Block<Element>) {
    self.init(block.rows, block.columns, min(block.rows, block.columns))
  }

  /// About how many multiplications it makes.
  var work: Double { Double(rows) * Double(columns) * Double(depth) }

  /// The lesser of rows and columns.
  var narrow: Int { min(rows, columns) }

  /// Shapes that cost about the same for each multiplication: powers of two of all dimensions, and halves of
  /// powers of the work.
  ///
  /// A number below 2³⁰, because it is looked up at every call.
  var kind: Int {
    let half = work >= 1 && work.significand >= 1.4142135623730951 ? 1 : 0
    let halves = work >= 1 ? 2 * Int(work.exponent) + half : 0
    return ((Self.bits(rows) << 7 | Self.bits(columns)) << 7 | Self.bits(depth)) << 9 | halves
  }

  static func bits(_ count: Int) -> Int { count.bitWidth - count.leadingZeroBitCount }
}
