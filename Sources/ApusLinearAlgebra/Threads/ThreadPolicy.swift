// Part of Apus, Apache-2.0. See LICENSE.

/// From which size on threads make an operation of a library faster.
///
/// The thresholds are those of a measured table, at or above the worst crossover of any build of the
/// library with two threads: below them one thread is used, however many there are.
struct ThreadPolicy: Sendable, Hashable {
  enum Operation: String, Sendable, Hashable, CaseIterable, Codable {
    case product, gram, solve, matrixVector, lu, qr, symmetricEigen, eigen, svd
  }

  /// Multiplications below which one thread is used; an operation without a number never has more.
  var thresholds: [Operation: Double]
  /// The least rows and columns of a product that is worth more threads.
  var narrowest = 32

  /// The table for a kind of library.
  static func table(for kind: LibraryKind) -> ThreadPolicy {
    func cube(_ order: Double) -> Double { order * order * order }
    var thresholds: [Operation: Double] = [
      .product: cube(192), .gram: cube(256), .solve: cube(192), .matrixVector: 1e6,
      .lu: cube(1024), .qr: cube(1024), .symmetricEigen: cube(512), .eigen: cube(1024),
      .svd: cube(512),
    ]
    switch kind {
    case .mkl:
      thresholds[.product] = cube(96)
      thresholds[.gram] = cube(128)
      thresholds[.solve] = cube(96)
      thresholds[.matrixVector] = nil
      thresholds[.lu] = cube(512)
      thresholds[.qr] = cube(256)
      thresholds[.symmetricEigen] = cube(1024)
      thresholds[.svd] = cube(1024)
    case .aocl:
      thresholds[.product] = cube(96)
      thresholds[.gram] = cube(128)
      thresholds[.solve] = cube(96)
    case .openBLAS, .blis, .flexiBLAS, .accelerate, .other: break
    }
    return ThreadPolicy(thresholds: thresholds)
  }

  /// The number of threads for some work, at most `limit`: each gets at least half of what makes two
  /// worth it.
  ///
  /// - Parameter narrow: the lesser of rows and columns of a product's result.
  func threads(_ operation: Operation, work: Double, narrow: Int = .max, limit: Int) -> Int {
    guard limit > 1, narrow >= narrowest, let threshold = thresholds[operation], work >= threshold
    else { return 1 }
    return max(1, min(limit, Int(min(work / (threshold / 2), 1e6))))
  }
}
