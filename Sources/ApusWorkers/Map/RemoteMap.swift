// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom

/// One map of a remote function: its elements, its streams, and what becomes of its tasks.
struct RemoteMap<Function: RemoteFunction>: Sendable {
  let function: Function
  let elements: [Function.Input]
  let taskStreams: TaskStreams?
  let options: TaskOptions
  let stopsAtFailure: Bool
  let checkpoint: Checkpoint?
  let progress: MapProgress?

  typealias Outcome = Result<Function.Output, RemoteFailure>

  /// Runs the map and returns what became of each task.
  func run(on place: Place, cancellation: CancellationWord) throws -> ResultTable<Function.Output> {
    try options.validate(onThreads: place.isThreads)
    let file = try checkpoint.map { try CheckpointFile($0, try header(), count: elements.count) }
    try file?.check(elements)
    return switch place.kind {
    case .threads(let count):
      ResultTable(try prepareAndRunOnThreads(count, file, cancellation))
    case .processes(let count): try runInProcesses(count, place.program, file, cancellation)
    }
  }

  /// What a checkpoint of this map says about it.
  func header() throws -> CheckpointHeader {
    CheckpointHeader(
      function: (try? TypeName(of: Function.self))?.text ?? String(reflecting: Function.self),
      captures: Digest.of(try BinaryEncoder.canonical(function)), origin: taskStreams?.origin,
      indices: taskStreams?.indexDigest, build: System.buildDigest,
      properties: (Function.self as? any NamesItsProperties.Type)?.propertyNames)
  }

  /// An element as text of at most 200 characters.
  private static func text(_ element: Function.Input) -> String {
    if let elements = element as? any Collection, elements.count > 40 {
      return "\(elements.count) elements of \(Function.Input.self)"
    }
    return String("\(element)".prefix(200))
  }

  var streams: TaskStreams.Source? { taskStreams.map { TaskStreams.Source($0) } }

  /// The failure with what only this process knows.
  func completed(_ failure: RemoteFailure, _ element: Function.Input) -> RemoteFailure {
    let (function, streams) = (function, streams)
    let context = TaskContext(index: failure.index, coreCount: ThreadBudget.current.count)
    return failure.completed(
      element: Self.text(element),
      streamLine: taskStreams?.reproducingLine(task: failure.index)
    ) {
      try function.prepareHere()
      return try function.call(element, streams, context)
    }
  }
}

// MARK: - Threads

extension RemoteMap {
  private func prepareAndRunOnThreads(
    _ count: Int?, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> [Outcome?] {
    if elements.isEmpty { return [] }
    try function.prepareHere()
    return try runOnThreads(count, file, cancellation)
  }

  private func runOnThreads(
    _ count: Int?, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> [Outcome?] {
    let streams = streams
    let (workers, coreCount) = (count ?? ThreadBudget.current.count, ThreadBudget.current.count)
    do {
      return try (0..<elements.count).parallelMap(workers: workers, progress: progress) {
        index throws -> Outcome? in
        let share = max(1, coreCount / workers)
        let outcome = try kept(index, elements[index], file, cancellation) {
          attempt($0, index, streams, share, cancellation)
        }
        if cancellation.isSet { throw CancellationError() }
        if stopsAtFailure, case .failure(let failure) = outcome { throw failure }
        return outcome
      }
    } catch {
      if cancellation.isSet { throw CancellationError() }
      switch error.underlying {
      case let failure as RemoteFailure: throw failure
      case let refusal as WorkerError: throw refusal
      default: throw error
      }
    }
  }

  /// The outcome of a task from a checkpoint, or a new one, which the checkpoint then keeps if it is a result.
  func kept(
    _ index: Int, _ element: Function.Input, _ file: CheckpointFile?,
    _ cancellation: CancellationWord,
    _ run: (Function.Input) -> (outcome: Outcome, attempts: Int)
  ) throws -> Outcome {
    guard let file else { return counted(run(element).outcome) }
    let bytes = try BinaryEncoder.canonical(element)
    if let known = try file.result(of: index, element: bytes) {
      return .success(try file.decode(Function.Output.self, known, index))
    }
    let (outcome, attempts) = run(element)
    if case .success(let output) = outcome {
      try file.append(
        index, attempt: attempts, element: bytes, result: try BinaryEncoder.encode(output))
    }
    if case .failure(let failure) = outcome, !cancellation.isSet { try file.append(failure) }
    return counted(outcome)
  }

  /// An outcome, whose failure is no longer counted as done by the map that returns it as a value.
  private func counted(_ outcome: Outcome) -> Outcome {
    if case .failure = outcome, !stopsAtFailure { progress?.countAsFailed() }
    return outcome
  }

  func attempt(
    _ element: Function.Input, _ index: Int, _ streams: TaskStreams.Source?,
    _ coreCount: Int, _ cancellation: CancellationWord
  ) -> (outcome: Outcome, attempts: Int) {
    var attempt = 0
    let worker = ThreadBudget.currentWorker
    while true {
      attempt += 1
      let end = options.timeLimit.map { System.now + $0.wholeNanoseconds }
      let context = TaskContext(
        index: index, attempt: attempt, worker: worker, coreCount: coreCount,
        cancelled: {
          cancellation.isSet || end.map { System.now > $0 } == true ? .max : 0
        })
      do {
        return (.success(try function.call(element, streams, context)), attempt)
      } catch {
        if attempt <= options.retries, !cancellation.isSet { continue }
        var cause = RemoteFailure.Cause.thrown(
          type: String(reflecting: type(of: error)), text: "\(error)")
        // As in a worker, a task that fails because it was told to end has reached its limit.
        if let limit = options.timeLimit, let end, System.now > end {
          cause = .timedOut(limit: limit)
        }
        let failure = RemoteFailure(
          index: index, element: "", attempt: attempt, worker: worker, cause: cause, output: "",
          streamLine: nil, again: nil)
        return (.failure(completed(failure, element)), attempt)
      }
    }
  }
}

// MARK: - Processes

extension RemoteMap {
  private func runInProcesses(
    _ count: Int?, _ program: String?, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> ResultTable<Function.Output> {
    if elements.isEmpty { return ResultTable(count: 0) }
    let function = try encodedFunction()
    let pool = try ProcessPool(WorkerStart(count, program, function.arrays))
    defer { pool.stop() }
    return try run(function.bytes, in: pool, file, cancellation)
  }

  private func run(
    _ function: [UInt8], in pool: ProcessPool, _ file: CheckpointFile?,
    _ cancellation: CancellationWord
  ) throws -> ResultTable<Function.Output> {
    let results = ResultTable<Function.Output>(count: elements.count)
    let ledger = TaskLedger(
      count: elements.count, retries: options.retries, stopsAtFailure: stopsAtFailure)
    progress?.begin(elements.count)
    var firstFailure: RemoteFailure?
    let (encode, decode) = (ElementEncoder.make(elements), results.decoder())
    let job = MapJob(
      function: function, keepsResults: file != nil,
      element: file.map { element($0, results, encode) } ?? MapJob.element(encode),
      finish: file.map { finish($0, decode) } ?? MapJob.finish(decode, progress),
      finishWord: file == nil && progress == nil ? results.wordDecoder() : nil,
      fail: { failure in
        let failure = completed(failure, elements[failure.index])
        if !cancellation.isSet { try file?.append(failure) }
        results.set(failure)
        progress?.record(done: 0, failed: 1, worker: failure.worker)
        if failure.index < firstFailure?.index ?? .max { firstFailure = failure }
      },
      isCancelled: { cancellation.isSet })
    try pool.run(job, ledger, options)
    if stopsAtFailure, let firstFailure { throw firstFailure }
    return results
  }

  /// Takes elements whose tasks a checkpoint may know.
  private func element(
    _ file: CheckpointFile, _ results: ResultTable<Function.Output>,
    _ encode: @escaping ElementEncoder.Encode
  ) -> MapJob.TakeElement {
    { index, writer in
      if file.contains(index),
        let known = try file.result(of: index, element: BinaryEncoder.canonical(elements[index]))
      {
        results.set(index, try file.decode(Function.Output.self, known, index))
        progress?.record(done: 1, failed: 0, worker: 0)
        return .known
      }
      try encode(index, writer)
      return .encoded
    }
  }

  /// Takes results that a checkpoint keeps.
  private func finish(
    _ file: CheckpointFile, _ decode: @escaping KnownResults.Decode
  ) -> MapJob.TakeResult {
    { index, attempt, worker, reader in
      let start = reader
      try decode(index, &reader)
      progress?.record(done: 1, failed: 0, worker: worker)
      try file.append(
        index, attempt: attempt, element: try BinaryEncoder.canonical(elements[index]),
        result: Array(start.unread))
    }
  }

  /// The function's name, streams and captures, as a worker reads them, and the long arrays among these.
  func encodedFunction() throws -> (bytes: [UInt8], arrays: SharedArrayFile) {
    let arrays = SharedArrayFile()
    let writer = ByteWriter()
    writer.shared = arrays
    writer.append(text: try TypeName(of: Function.self).text)
    let streams = try BinaryEncoder.encode(taskStreams)
    writer.append(number: UInt32(streams.count))
    writer.append(bytes: streams)
    do {
      try BinaryEncoder.encode(function, to: writer)
    } catch {
      throw WorkerError(
        .functionNotFound, "\(Function.self) cannot be encoded with its properties: \(error)")
    }
    return (writer.bytes, arrays)
  }
}
