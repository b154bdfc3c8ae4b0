// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusLinearAlgebra

/// Seconds of one call: on one thread, on all, and on as many as Apus chooses.
struct SpeedMeasurement: Encodable {
  let operation: LinearAlgebraOperation
  let order: Int
  let one: Double
  let all: Double
  let automatic: Double

  /// The best, or the median, of some samples of at least 2 ms each, the three in turns.
  init(
    _ operation: LinearAlgebraOperation, order: Int, threads: Int, samples: Int, median: Bool
  ) throws {
    let body = operation.body(order: order)
    let ways: [(() throws -> Double) throws -> Double] = [
      { work in try BLAS.withThreads(exactly: 1) { try work() } },
      { work in try BLAS.withThreads(exactly: threads) { try work() } },
      { work in try work() },
    ]
    let once = try Self.seconds(1, body)
    let calls = max(1, Int(0.002 / max(once, 1e-9)))
    var all = [[Double]](repeating: [], count: 3)
    for sample in 0..<samples {
      // To and fro, so that one and automatic follow all threads, whose pool still spins, equally often.
      for index in sample % 2 == 0 ? [0, 1, 2] : [2, 1, 0] {
        all[index].append(try ways[index]({ try Self.seconds(calls, body) }))
      }
    }
    let chosen = all.map { $0.sorted()[median ? samples / 2 : 0] }
    self.operation = operation
    self.order = order
    (self.one, self.all, automatic) = (chosen[0], chosen[1], chosen[2])
  }

  private static func seconds(_ calls: Int, _ body: () throws -> Void) throws -> Double {
    let loop = try Timed { for _ in 0..<calls { try body() } }
    return loop.seconds / Double(calls)
  }

  /// 10⁹ additions and multiplications a second.
  func gigaflops(_ seconds: Double) -> Double {
    operation.operations(order: order) / seconds / 1e9
  }
}
