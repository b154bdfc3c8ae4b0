// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusParallel
public import ApusWorkers

/// Computes for so many milliseconds, alone and in maps within the task.
public struct BusyProducts: RemoteFunction {
  /// The order of matrices that are multiplied; 0 for none.
  public var order: Int
  /// For how long.
  public var milliseconds: Int
  /// Makes the function.
  public init(order: Int, milliseconds: Int) {
    (self.order, self.milliseconds) = (order, milliseconds)
  }
  /// Computes; returns how many rounds there were.
  public func callAsFunction(_ x: Int) -> Int {
    let a = Matrix<Double>(rows: order, columns: order) { Double($0 &* 7 &+ $1 &+ x) / 100 }
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    var count = 0
    while ContinuousClock.now < end {
      let sums = (0..<8).parallelMap { start in
        (0..<20_000).reduce(start) { ($0 &* 6_364_136_223 &+ $1) ^ ($0 &>> 7) }
      }
      count += sums.count + (order > 0 ? (a * a).rows : 0)
    }
    return count
  }
}
