// Part of Apus, Apache-2.0. See LICENSE.

/// From which size on threads make an operation of a library faster.
///
/// Without a calibration the thresholds are those of a measured table with two threads: below them one
/// thread is used, however many there are.
struct ThreadPolicy: Sendable, Hashable, Codable {
  enum Operation: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
    case product, gram, solve, matrixVector, lu, qr, applyQ, symmetricEigen, eigen, svd
    /// A factorisation by products and solutions that have their own numbers: all of them, or one thread.
    case cholesky

    /// Those whose number of threads is set, so that thresholds are measured.
    static let calibrated = allCases.filter { $0 != .cholesky }

    /// Its place among all, quick to find.
    var number: Int {
      switch self {
      case .product: 0
      case .gram: 1
      case .solve: 2
      case .matrixVector: 3
      case .lu: 4
      case .qr: 5
      case .applyQ: 6
      case .symmetricEigen: 7
      case .eigen: 8
      case .svd: 9
      case .cholesky: 10
      }
    }
  }

  /// A number of threads, and the multiplications from which on it is the best.
  struct Step: Sendable, Hashable, Codable {
    let threads: Int
    let work: Double
  }

  /// Ascending; an operation without steps never has more than one thread.
  var steps: [Operation: [Step]]
  /// The least rows and columns of a product that is worth more threads.
  var narrowest = 32

  init(steps: [Operation: [Step]]) { self.steps = steps }

  /// A policy of thresholds for two threads.
  init(thresholds: [Operation: Double]) {
    steps = thresholds.mapValues { [Step(threads: 2, work: $0)] }
  }

  /// Native products; all else that is native computes by them.
  ///
  /// From calibrations on two cores of a Zen 4 and a
  /// Zen 5, the larger of the two.
  static let native = ThreadPolicy(thresholds: [
    .product: cube(181), .gram: cube(181), .matrixVector: square(1448),
  ])

  /// The table for a library; products that it leaves to the native kernels are shared as theirs are.
  static func table(for library: BLASLibrary) -> ThreadPolicy {
    var policy = table(for: library.kind)
    if library.leavesProducts {
      for operation in [Operation.product, .gram] {
        policy.steps[operation] = native.steps[operation]
      }
    }
    return policy
  }

  /// The table for a kind of library: what calibrations of its builds gave on two cores of an AMD Zen 4, or
  /// the largest of them if they differ.
  static func table(for kind: LibraryKind) -> ThreadPolicy {
    switch kind {
    case .mkl:
      ThreadPolicy(thresholds: [
        .product: cube(64), .gram: cube(128), .solve: cube(64), .lu: cube(256), .qr: cube(128),
        .applyQ: cube(128), .symmetricEigen: cube(128), .svd: cube(512),
      ])
    case .aocl:
      ThreadPolicy(thresholds: [
        .product: cube(64), .gram: cube(192), .solve: cube(128), .matrixVector: square(362),
      ])
    case .blis:
      ThreadPolicy(thresholds: [
        .product: cube(192), .gram: cube(256), .solve: cube(256), .qr: cube(1024),
        .applyQ: cube(724),
      ])
    case .openBLAS, .flexiBLAS, .accelerate, .other:
      ThreadPolicy(thresholds: [
        .product: cube(128), .gram: cube(192), .solve: cube(64), .matrixVector: square(512),
        .lu: cube(724), .qr: cube(512), .applyQ: cube(256), .symmetricEigen: cube(362),
        .svd: cube(362),
      ])
    }
  }

  private static func square(_ order: Double) -> Double { order * order }
  private static func cube(_ order: Double) -> Double { order * order * order }

  /// Whether all steps are numbers of threads above 1, from finite work above 0 on, in order.
  var isSound: Bool {
    steps.values.allSatisfy { steps in
      steps.allSatisfy { (2...1024).contains($0.threads) && $0.work > 0 && $0.work.isFinite }
        && zip(steps, steps.dropFirst()).allSatisfy { $0.work <= $1.work }
    }
  }

  /// How many threads a call may have, and whether it begins with them.
  enum Plan: Sendable, Hashable {
    /// So many, whatever other calls have taken.
    case certain(Int)
    /// So many or one, as experience says.
    case open(Int, isThreadedAtFirst: Bool)
  }

  /// Work below a threshold, as a share of it, in which several threads are tried all the same.
  static let doubt = 0.25
  /// Multiplications of a call that is too short for trials: some 20 µs.
  private static func least(_ operation: Operation) -> Double {
    operation == .matrixVector ? 2e5 : 1e6
  }

  /// The number of threads for some work, at most `limit`, and that to try where the threshold is near.
  func plan(_ operation: Operation, _ shape: CallShape, limit: Int) -> Plan {
    let count = threads(operation, shape, limit: limit)
    if count > 1 { return .open(count, isThreadedAtFirst: true) }
    guard limit > 1, let first = steps[operation]?.first,
      shape.work >= max(Self.doubt * first.work, Self.least(operation)),
      !isTooNarrow(operation, shape)
    else { return .certain(1) }
    return .open(min(limit, first.threads), isThreadedAtFirst: false)
  }

  /// Multiplications of each thread of a native product that is part of a call with threads: some 10 µs, because
  /// the threads of the part before are still awake.
  private static let partWork = 5e5

  /// The number of threads for a native product that is part of a call with threads.
  func partThreads(_ operation: Operation, _ shape: CallShape, limit: Int) -> Int {
    guard steps[operation] != nil, !isTooNarrow(operation, shape) else { return 1 }
    return max(1, min(limit, Int(min(shape.work / Self.partWork, 1e6))))
  }

  private func isTooNarrow(_ operation: Operation, _ shape: CallShape) -> Bool {
    let isProduct = operation == .product || operation == .gram || operation == .solve
    return isProduct && shape.narrow < narrowest
  }

  /// The number of threads for some work, at most `limit`.
  ///
  /// Beyond the last step it grows with the work: each thread gets as much as it has at that step.
  func threads(_ operation: Operation, _ shape: CallShape, limit: Int) -> Int {
    let work = shape.work
    guard limit > 1, let steps = steps[operation],
      let index = steps.lastIndex(where: { $0.work <= work })
    else { return 1 }
    if isTooNarrow(operation, shape) { return 1 }
    let step = steps[index]
    if index + 1 < steps.count { return min(limit, step.threads) }
    let share = min(work / (step.work / Double(step.threads)), 1e6)
    return max(1, min(limit, max(step.threads, Int(share))))
  }
}
