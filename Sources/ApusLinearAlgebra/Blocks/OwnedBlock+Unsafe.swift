// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

// Safety: The storage is owned. The caller must keep the object alive while it uses its block.

/// A column-major block with memory of its own, for code that runs routines without ``Matrix``.
///
/// The caller must keep it alive as long as it uses its block.
final class OwnedBlock<Element: BlockScalar> {
  private let storage: MatrixStorage<Element>
  let block: Block<Element>

  /// Makes a block of the elements that `element` gives for each row and column.
  init(_ rows: Int, _ columns: Int, _ element: (_ row: Int, _ column: Int) -> Element) {
    storage = MatrixStorage(count: rows * columns)
    block = Block(
      base: storage.base, rows: rows, columns: columns, rowStride: 1, columnStride: max(rows, 1))
    for j in 0..<columns {
      for i in 0..<rows { block[i, j] = element(i, j) }
    }
  }

  /// Makes a block of zeros.
  init(zeros rows: Int, _ columns: Int) {
    storage = MatrixStorage(count: rows * columns)
    storage.base.initialize(repeating: 0, count: rows * columns)
    block = Block(
      base: storage.base, rows: rows, columns: columns, rowStride: 1, columnStride: max(rows, 1))
  }

  /// Makes a copy of another block.
  convenience init(_ other: OwnedBlock) {
    self.init(zeros: other.block.rows, other.block.columns)
    copy(other)
  }

  /// Copies the elements of another block of the same shape into this one.
  func copy(_ other: OwnedBlock) {
    require(other.storage.count == storage.count, "Both blocks must have the same shape.")
    storage.base.update(from: other.storage.base, count: storage.count)
  }

  /// Calls `body` with all elements, column by column.
  func withElements<Output>(_ body: (inout MutableSpan<Element>) -> Output) -> Output {
    var span = UnsafeMutableBufferPointer(start: storage.base, count: storage.count).mutableSpan
    return body(&span)
  }

  /// The largest magnitude of the difference of two blocks of one shape; NaN if an element is.
  func distance(to other: OwnedBlock) -> Element {
    let difference = OwnedBlock(block.rows, block.columns) { block[$0, $1] - other.block[$0, $1] }
    return difference.block.largestMagnitude
  }
}
