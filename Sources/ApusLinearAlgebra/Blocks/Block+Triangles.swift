// Part of Apus, Apache-2.0. See LICENSE.

extension Block {
  /// Makes a column-major square block symmetric by copying the lower triangle to the upper one, in tiles
  /// that stay in the cache.
  func mirrorLower() {
    let square = 32
    for j in stride(from: 0, to: columns, by: square) {
      for i in stride(from: j, to: rows, by: square) {
        for column in j..<min(j + square, columns) {
          for row in max(i, column)..<max(min(i + square, rows), max(i, column)) {
            self[column, row] = self[row, column]
          }
        }
      }
    }
  }

  /// Sets the strict upper triangle to 0.
  func clearUpper() {
    for j in 0..<columns { for i in 0..<min(j, rows) { self[i, j] = 0 } }
  }
}
