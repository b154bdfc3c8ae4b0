// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization

/// One map of a remote function: its elements, its streams, and what becomes of its tasks.
struct RemoteMap<Function: RemoteFunction, Elements: RandomAccessCollection>: Sendable
where Elements: Sendable, Elements.Element == Function.Input {
  let function: Function
  let elements: Elements
  let origin: StreamOrigin?
  let options: TaskOptions
  let stopsAtFailure: Bool
  let progress: MapProgress?

  typealias Outcome = Result<Function.Output, RemoteFailure>

  /// Runs the map and returns what became of each task; nil for those that were not begun after a failure.
  func run(on place: Place, cancellation: CancellationWord) throws -> [Outcome?] {
    switch place.kind {
    case .threads(let count): try runOnThreads(count, cancellation)
    case .processes(let count): try runInProcesses(count, place.program, cancellation)
    case .pool(let reference): try run(in: reference.pool, cancellation)
    }
  }

  private func element(_ index: Int) -> Function.Input {
    elements[elements.index(elements.startIndex, offsetBy: index)]
  }

  private var streams: StreamSource<TaskStream>? {
    origin.map { Streams<TaskStream>(at: $0).makeSource() }
  }

  /// The failure with what only this process knows.
  private func completed(_ failure: RemoteFailure) -> RemoteFailure {
    let (function, streams) = (function, streams)
    let element = element(failure.index)
    let context = TaskContext(index: failure.index, coreCount: ThreadBudget.current.count)
    return failure.completed(
      element: String("\(element)".prefix(200)),
      streamLine: origin?.reproducingLine(task: failure.index)
    ) { try function.call(element, streams, context) }
  }
}

// MARK: - Threads

extension RemoteMap {
  private func runOnThreads(_ count: Int?, _ cancellation: CancellationWord) throws -> [Outcome?] {
    let streams = streams
    let (workers, coreCount) = (count ?? ThreadBudget.current.count, ThreadBudget.current.count)
    do {
      return try (0..<elements.count).parallelMap(workers: workers, progress: progress) {
        index throws -> Outcome? in
        let outcome = attempt(index, streams, max(1, coreCount / workers), cancellation)
        if cancellation.isSet { throw CancellationError() }
        if stopsAtFailure, case .failure(let failure) = outcome { throw failure }
        return outcome
      }
    } catch {
      if cancellation.isSet { throw CancellationError() }
      if let failure = error.underlying as? RemoteFailure { throw failure }
      throw error
    }
  }

  private func attempt(
    _ index: Int, _ streams: StreamSource<TaskStream>?, _ coreCount: Int,
    _ cancellation: CancellationWord
  ) -> Outcome {
    let element = element(index)
    var attempt = 0
    while true {
      attempt += 1
      let context = TaskContext(
        index: index, attempt: attempt, coreCount: coreCount, cancelled: { cancellation.isSet })
      do {
        return .success(try function.call(element, streams, context))
      } catch {
        if attempt <= options.retries, !cancellation.isSet { continue }
        let cause = RemoteFailure.Cause.thrown(
          type: String(reflecting: type(of: error)), text: "\(error)")
        return .failure(
          completed(
            RemoteFailure(
              index: index, element: "", attempt: attempt, worker: 0, cause: cause, output: "",
              streamLine: nil, again: nil)))
      }
    }
  }
}

// MARK: - Processes

extension RemoteMap {
  private func runInProcesses(
    _ count: Int?, _ program: String?, _ cancellation: CancellationWord
  ) throws -> [Outcome?] {
    if elements.isEmpty { return [] }
    let budget = ThreadBudget.current.count
    let workers = count ?? budget
    let start = try WorkerStart(
      program: program ?? WorkerProcesses.ownProgram(), workers: workers,
      coreCount: max(1, budget / workers))
    let pool = try ProcessPool(start)
    defer { pool.stop() }
    return try run(in: pool, cancellation)
  }

  private func run(in pool: ProcessPool, _ cancellation: CancellationWord) throws -> [Outcome?] {
    var outcomes = [Outcome?](repeating: nil, count: elements.count)
    let ledger = TaskLedger(
      count: elements.count, retries: options.retries, stopsAtFailure: stopsAtFailure)
    progress?.begin(elements.count)
    var firstFailure: RemoteFailure?
    let job = MapJob(
      function: try encodedFunction(),
      element: { index, writer in
        try BinaryEncoder.encode(element(index), to: &writer)
        return .encoded
      },
      finish: { index, _, worker, reader in
        outcomes[index] = .success(
          try BinaryDecoder.decode(
            Function.Output.self, from: &reader))
        progress?.record(done: 1, failed: 0, worker: worker)
      },
      fail: { failure in
        let failure = completed(failure)
        outcomes[failure.index] = .failure(failure)
        progress?.record(done: 0, failed: 1, worker: failure.worker)
        if failure.index < firstFailure?.index ?? .max { firstFailure = failure }
      },
      isCancelled: { cancellation.isSet })
    try pool.run(job, ledger, options)
    if stopsAtFailure, let firstFailure { throw firstFailure }
    return outcomes
  }

  /// The function's name, streams and captures, as a worker reads them.
  private func encodedFunction() throws -> [UInt8] {
    var writer = ByteWriter()
    writer.append(text: try TypeName(of: Function.self).text)
    let origin = try BinaryEncoder.encode(origin)
    writer.append(number: UInt32(origin.count))
    writer.append(bytes: origin)
    do {
      try BinaryEncoder.encode(function, to: &writer)
    } catch {
      throw WorkerError(
        .functionNotFound, "\(Function.self) cannot be encoded with its properties: \(error)")
    }
    return writer.bytes
  }
}
