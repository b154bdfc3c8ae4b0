// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
public import ApusRandom

// Safety: Each task writes one column, so no two write the same memory; the matrix lives until all are done.

extension Matrix where Element == Double {
  /// A matrix of independent standard normal deviates, column j from stream j.
  ///
  /// ```swift
  /// var seed = Seed(42)
  /// let x = Matrix.normal(rows: 5000, columns: 5000, streams: seed.streams())
  /// ```
  /// - Parameters:
  ///   - rows: at least 0.
  ///   - columns: at least 0.
  ///   - streams: one for each column.
  ///   - workers: the number of threads; by default that of a map.
  /// - Complexity: O(rows × columns), in parallel.
  /// - Reproducibility: the same for any number of workers.
  public static func normal<Generator: BitGenerator>(
    rows: Int, columns: Int, streams: consuming Streams<Generator>, workers: Int? = nil
  ) -> Matrix {
    let matrix = Matrix(uninitialisedRows: rows, columns: columns)
    let block = matrix.block
    _ = (0..<columns).parallelMap(streams: streams, workers: workers) { column, generator in
      var values = UnsafeMutableBufferPointer(start: block.column(column), count: rows).mutableSpan
      generator.fillStandardNormal(&values)
    }
    return withExtendedLifetime(matrix) { matrix }
  }
}
