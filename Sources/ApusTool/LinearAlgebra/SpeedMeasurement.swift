// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra

/// The seconds that one call takes on one thread, on all, and on as many as Apus chooses.
struct SpeedMeasurement: Encodable {
  let operation: LinearAlgebraOperation
  let order: Int
  let one: Double
  let all: Double
  let automatic: Double

  /// The number of samples left out because a core was not free before or after them; `nil` if this was not
  /// checked.
  let leftOut: Int?

  /// How samples are taken, and which counts.
  struct Sampling {
    /// The number of samples of each of the three.
    let count: Int
    /// Whether the median counts instead of the best.
    let isMedian: Bool
    /// Returns whether all cores are free; samples before or after which they are not are left out.
    var areCoresFree: (() -> Bool)?
    /// Seconds of calls before the first sample, from which the automatic choice learns.
    var warmUp = 0.0
    /// The seconds without a sample that counts after which the machine is reported as busy.
    var timeout = 60.0
  }

  /// Takes the best, or the median, of samples of about 2 ms or one call each; the three alternate.
  init(
    _ operation: LinearAlgebraOperation, order: Int, threads: Int, sampling: Sampling
  ) throws {
    let body = operation.body(order: order)
    let ways: [(() throws -> Double) throws -> Double] = [
      { work in try BLAS.withThreads(exactly: 1) { try work() } },
      { work in try BLAS.withThreads(exactly: threads) { try work() } },
      { work in try work() },
    ]
    let clock = ContinuousClock()
    let begin = clock.now
    try body()
    while begin.duration(to: clock.now) < .seconds(sampling.warmUp) { try body() }
    let once = try Self.seconds(1, body)
    let calls = max(1, Int(0.002 / max(once, 1e-9)))
    var all = [[Double]](repeating: [], count: ways.count)
    var (turn, leftOut, lastKept) = (0, 0, clock.now)
    while all.contains(where: { $0.count < sampling.count }) {
      guard lastKept.duration(to: clock.now) < .seconds(sampling.timeout) else {
        throw ToolError.failure(
          "\(leftOut) samples had to be left out, because other work, here or on the host of this virtual machine, used a core; measure again when the machine is idle, or without --while-idle."
        )
      }
      // Back and forth, so that one thread and the automatic choice follow all threads, whose pool still
      // spins, equally often.
      for index in turn % 2 == 0 ? [0, 1, 2] : [2, 1, 0] {
        let wasFree = sampling.areCoresFree?() ?? true
        let sample = try ways[index]({ try Self.seconds(calls, body) })
        if !wasFree || !(sampling.areCoresFree?() ?? true) {
          leftOut += 1
        } else if all[index].count < sampling.count {
          all[index].append(sample)
          lastKept = clock.now
        }
      }
      turn += 1
    }
    let chosen = all.map { $0.sorted()[sampling.isMedian ? $0.count / 2 : 0] }
    self.operation = operation
    self.order = order
    self.leftOut = sampling.areCoresFree == nil ? nil : leftOut
    (self.one, self.all, automatic) = (chosen[0], chosen[1], chosen[2])
  }

  private static func seconds(_ calls: Int, _ body: () throws -> Void) throws -> Double {
    let loop = try Timed { for _ in 0..<calls { try body() } }
    return loop.seconds / Double(calls)
  }

  /// 10⁹ additions and multiplications per second.
  func gigaflops(_ seconds: Double) -> Double {
    operation.operations(order: order) / seconds / 1e9
  }
}
