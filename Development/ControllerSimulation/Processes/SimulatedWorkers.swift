// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
import ApusRandom
import ApusTransport
import ApusWorkers

/// The workers of an engine: each task takes a while, and its result is its element.
final class SimulatedWorkers: TaskPool {
  private struct Work {
    let task: GivenTask
    let element: [UInt8]
    let worker: Int
    let begin: Instant
    let end: Instant
  }

  private let count: Int
  private let process: SimulatedProcess<EnginePort>
  /// The mean time of a task, in microseconds.
  private let mean: Int
  private var random: Philox4x64
  private let onBegin: ([UInt8]) -> Void
  private var working: [Work] = []

  init(
    _ count: Int, _ process: SimulatedProcess<EnginePort>, work: Int, _ random: Philox4x64,
    onBegin: @escaping ([UInt8]) -> Void
  ) {
    (self.count, self.process, mean) = (count, process, work)
    (self.random, self.onBegin) = (random, onBegin)
  }

  func stop() {}
  var waker: @Sendable () -> Void { {} }

  func run(_ job: MapJob, _ ledger: TaskLedger, _ options: TaskOptions) throws {
    var ledger = ledger
    working = []
    while !ledger.isFinished {
      if job.isCancelled() { throw CancellationError() }
      job.turn?(&ledger, count - working.count - ledger.waitingCount)
      let isBusy = try finish(job, &ledger)
      let hasBegun = try begin(job, &ledger)
      drop(&ledger)
      if isBusy || hasBegun || process.hasInput || ledger.isFinished { continue }
      let pause = process.clock.now + .milliseconds(500)
      process.wait(until: min(pause, working.map(\.end).min() ?? pause))
    }
  }

  private func finish(_ job: MapJob, _ ledger: inout TaskLedger) throws -> Bool {
    let now = process.clock.now
    let ended = working.filter { $0.end <= now }
    working.removeAll { $0.end <= now }
    for work in ended {
      let time = work.begin.duration(to: work.end)
      try job.finish(
        work.task, worker: work.worker, result: work.element, nanoseconds: time.nanoseconds)
      ledger.succeeded(work.task.index)
    }
    return !ended.isEmpty
  }

  private func begin(_ job: MapJob, _ ledger: inout TaskLedger) throws -> Bool {
    var hasBegun = false
    while working.count < count, let (index, attempt) = ledger.take() {
      guard let element = try job.bytes(of: index) else {
        ledger.skipped()
        continue
      }
      let free = (0..<count).first { number in !working.contains { $0.worker == number } } ?? 0
      let now = process.clock.now
      working.append(
        Work(
          task: GivenTask(index: index, attempt: attempt), element: element, worker: free,
          begin: now, end: now + random.time(mean)))
      onBegin(element)
      hasBegun = true
    }
    return hasBegun
  }

  /// Ends tasks that nobody wants any more.
  private func drop(_ ledger: inout TaskLedger) {
    for work in working where work.task.index >= ledger.limit { _ = ledger.failed(work.task.index) }
    working.removeAll { $0.task.index >= ledger.limit }
  }
}
