// Part of Apus, Apache-2.0. See LICENSE.

/// The sizes above which threads make the operations of a library faster.
///
/// Without a calibration, the thresholds are those of a built-in table measured with two threads: below them
/// one thread is used, however many are available.
struct ThreadPolicy: Sendable, Hashable, Codable {
  enum Operation: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
    case product, gram, solve, matrixVector, lu, qr, applyQ, symmetricEigen, eigen, svd
    /// A factorisation built on products and triangular solves: each of these chooses its own number of
    /// threads, or all have one.
    case cholesky

    /// The operations whose number of threads is set, so that thresholds are measured.
    static let calibrated = allCases.filter { $0 != .cholesky }

    /// Its index in `allCases`, without a search.
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

  /// A number of threads, and the least number of multiplications at which it is the best.
  struct Step: Sendable, Hashable, Codable {
    let threads: Int
    let work: Double
  }

  /// The steps of each operation, ascending; an operation without steps never has more than one thread.
  var steps: [Operation: [Step]]
  /// The least number of rows and columns of a product that is worth several threads.
  var narrowest = 32

  init(steps: [Operation: [Step]]) { self.steps = steps }

  /// A policy of thresholds for two threads.
  init(thresholds: [Operation: Double]) {
    steps = thresholds.mapValues { [Step(threads: 2, work: $0)] }
  }

  /// The policy for native products, on which all other native operations are built.
  ///
  /// The thresholds are the larger ones of calibrations on two cores of a Zen 4 and of a Zen 5.
  static let native = ThreadPolicy(thresholds: [
    .product: cube(181), .gram: cube(181), .matrixVector: square(1448),
  ])

  /// The multiplications of an operation on vectors of an order.
  static func square(_ order: Double) -> Double { order * order }
  /// The multiplications of a product of matrices of an order.
  static func cube(_ order: Double) -> Double { order * order * order }

  /// Whether all steps have 2 to 1024 threads and finite work above 0, in ascending order.
  var isValid: Bool {
    steps.values.allSatisfy { steps in
      steps.allSatisfy { (2...1024).contains($0.threads) && $0.work > 0 && $0.work.isFinite }
        && zip(steps, steps.dropFirst()).allSatisfy { $0.work <= $1.work }
    }
  }

  /// How many threads a call may have, and whether it begins with them.
  enum Plan: Sendable, Hashable {
    /// This number, however long past calls took.
    case certain(Int)
    /// This number or one, depending on past calls.
    case open(Int, isThreadedAtFirst: Bool)
  }

  /// The share of a threshold above which several threads are tried even though the work is below it.
  static let trialShare = 0.25
  /// The number of multiplications below which a call is too short for trials: about 20 µs.
  private static func least(_ operation: Operation) -> Double {
    operation == .matrixVector ? 2e5 : 1e6
  }

  /// The plan of a call with at most `limit` threads: open where the work is above or near the threshold.
  func plan(_ operation: Operation, _ shape: CallShape, limit: Int) -> Plan {
    let count = threads(operation, shape, limit: limit)
    if count > 1 { return .open(count, isThreadedAtFirst: true) }
    guard limit > 1, let first = steps[operation]?.first,
      shape.work >= max(Self.trialShare * first.work, Self.least(operation)),
      !isTooNarrow(operation, shape)
    else { return .certain(1) }
    return .open(min(limit, first.threads), isThreadedAtFirst: false)
  }

  /// The least number of multiplications per thread of a native product that is part of a threaded call:
  /// about 10 µs, because the threads of the previous part are still awake.
  private static let partWork = 5e5

  /// The number of threads for a native product that is part of a threaded call.
  func partThreads(_ operation: Operation, _ shape: CallShape, limit: Int) -> Int {
    guard steps[operation] != nil, !isTooNarrow(operation, shape) else { return 1 }
    return max(1, min(limit, Int(min(shape.work / Self.partWork, 1e6))))
  }

  private func isTooNarrow(_ operation: Operation, _ shape: CallShape) -> Bool {
    let isProduct = operation == .product || operation == .gram || operation == .solve
    return isProduct && shape.smallerDimension < narrowest
  }

  /// The number of threads for a call, at most `limit`.
  ///
  /// Beyond the last step it grows with the work, so that each thread has as much work as at that step.
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
