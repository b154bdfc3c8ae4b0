// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
public import ApusRandom
public import ApusStatistics
import ApusTables
public import ApusWorkers
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The statistics of the contract's tests.
public enum StatisticsFunctions {
  /// Their names, so that no linker drops them.
  public static var names: [String] {
    [
      "\(Mean.self)", "\(Walk.self)", "\(ForestOfOthers.self)", "\(MeanOfOthers.self)",
      "\(BusyThreads.self)", "\(BusyProducts.self)", "\(CapturedTables.self)",
    ]
  }
}

/// The first call in a worker ends it, if a file does not exist yet.
private func killOnce(_ mark: String) {
  guard !mark.isEmpty else { return }
  if open(mark, O_CREAT | O_EXCL | O_WRONLY, 0o600) >= 0 { _ = raise(SIGKILL) }
}

/// The mean of a sample.
public struct Mean: RemoteFunction {
  /// The file that says that a worker was killed; empty to kill none.
  public var mark: String
  /// Makes the function.
  public init(mark: String = "") { self.mark = mark }
  /// Computes the mean.
  public func callAsFunction(_ sample: [Double], _ context: TaskContext) -> Double {
    if context.index == 7 { killOnce(mark) }
    return sample.reduce(0, +) / Double(sample.count)
  }
}

/// Where a random walk ends.
public struct Walk: RemoteFunction {
  /// The number of its steps.
  public var steps: Int
  /// The file that says that a worker was killed; empty to kill none.
  public var mark: String
  /// Makes the function.
  public init(steps: Int, mark: String = "") { (self.steps, self.mark) = (steps, mark) }
  /// Walks.
  public func callAsFunction(_ repetition: Int, _ rng: inout TaskStream) -> Double {
    if repetition == 7 { killOnce(mark) }
    return (0..<steps).reduce(0) { position, _ in position + rng.uniform() - 0.5 }
  }
}

/// A forest fitted to the training rows of a fold that predicts its first held-out row.
public struct ForestOfOthers: RemoteFunction {
  /// The data.
  public var data: TrainingSet
  /// The file that says that a worker was killed; empty to kill none.
  public var mark: String
  /// Makes the function.
  public init(data: TrainingSet, mark: String = "") { (self.data, self.mark) = (data, mark) }
  /// Fits and predicts.
  public func callAsFunction(_ fold: Fold, _ rng: inout TaskStream) throws -> Double {
    if fold.heldOutRows == [7] { killOnce(mark) }
    let forest = try RandomForestRegressor(
      data, rows: fold.trainingRows, options: ForestOptions(trees: 5), streams: rng.substreams())
    return forest.predict(data.table.row(fold.heldOutRows[0]))
  }
}

/// For each held-out row the mean of the others and a random number.
public struct MeanOfOthers: RemoteFunction {
  /// The values.
  public var values: [Double]
  /// Makes the function.
  public init(values: [Double]) { self.values = values }
  /// Predicts.
  public func callAsFunction(_ fold: Fold, _ rng: inout TaskStream) -> [Double] {
    let mean = fold.trainingRows.reduce(0) { $0 + values[$1] } / Double(fold.trainingRows.count)
    return fold.heldOutRows.map { _ in mean + rng.uniform() }
  }
}

/// The largest number of threads that are at work at a time in maps within maps.
public struct BusyThreads: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Counts.
  public func callAsFunction(_ x: Int) -> Int {
    let busy = Atomic(0), most = Atomic(0)
    (0..<8).parallelForEach { _ in
      (0..<8).parallelForEach { _ in
        let now = busy.add(1, ordering: .relaxed).newValue
        _ = most.max(now, ordering: .relaxed)
        let end = ContinuousClock.now + .milliseconds(2)
        while ContinuousClock.now < end {}
        busy.subtract(1, ordering: .relaxed)
      }
    }
    return most.load(ordering: .relaxed)
  }
}

/// A function that can prepare no process.
public struct Unprepared<Input: Codable & Sendable, Output: Codable & Sendable>: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Fails.
  public func prepare() throws { throw NotReady() }
  /// Is never called.
  public func callAsFunction(_ x: Input) -> Output { fatalError("it was not prepared") }
}

/// What it throws.
struct NotReady: Error, CustomStringConvertible {
  var description: String { "not ready" }
}
