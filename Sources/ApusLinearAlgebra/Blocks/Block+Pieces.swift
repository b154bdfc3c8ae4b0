// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

extension Block {
  /// Calls a closure with copies of a few rows at a time, which are written back.
  ///
  /// The columns of a copy fit into the second level of cache up to order 4000. Different threads have different rows.
  func forEachPieceOfRows(threads: Int, _ body: @Sendable (Block) -> Void) {
    let height = 32
    (0..<rows.ceilingDivided(by: height)).parallelForEach(workers: threads, chunk: 1) { piece in
      let start = piece * height
      let part = self.part(start..<Swift.min(rows, start + height), 0..<columns)
      Block.withTemporary(rows: part.rows, columns: columns) { copy in
        copy.fill(from: part)
        body(copy)
        part.fill(from: copy)
      }
    }
  }
}
