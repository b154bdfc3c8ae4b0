// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusTransport
import ApusWire
import ApusWorkers

/// A client that runs one map on the engines of a cluster, with the code that ships.
final class MapProcess: ClientProcess {
  /// What has become of a task.
  enum Outcome {
    case result([UInt8])
    case failure(RemoteFailure)
  }

  /// The numbers of its tasks, by index.
  let numbers: Range<Int>
  let retries: Int
  private var outcomes: [(index: Int, outcome: Outcome)] = []
  /// What has ended the map before its time.
  private(set) var failure: (any Error)?

  init(
    _ numbers: Range<Int>, retries: Int, name: String, _ file: ConnectionFile, _ clock: VirtualClock
  ) throws {
    (self.numbers, self.retries) = (numbers, retries)
    super.init(clock)
    let function = try EncodedFunction(Echo())
    process.start { [unowned self] in
      do {
        try run(function, name, file)
      } catch {
        failure = error
      }
    }
  }

  private func run(_ function: EncodedFunction, _ name: String, _ file: ConnectionFile) throws {
    let connection = try ClientConnection(
      file, channels: self, clock: process.clock, session: name, process: 1)
    let pool = try ClusterPool(
      ClusterSettings(file), function, connection, clock: process.clock, map: name)
    defer { pool.stop() }
    var options = TaskOptions()
    options.retries = retries
    let job = MapJob(
      function, element: { [numbers] in TaskText.bytes(numbers.lowerBound + $0) },
      finish: { [unowned self] in outcomes.append(($0, .result($1))) },
      fail: { [unowned self] in outcomes.append(($0.index, .failure($0))) },
      isCancelled: { [process] in process.isKilled })
    let ledger = TaskLedger(count: numbers.count, retries: retries, stopsAtFailure: false)
    try pool.run(job, ledger, options)
  }

  func takeOutcomes() -> [(index: Int, outcome: Outcome)] {
    defer { outcomes = [] }
    return outcomes
  }
}
