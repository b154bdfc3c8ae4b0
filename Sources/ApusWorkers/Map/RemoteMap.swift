// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusRecordLog

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
    if let file, let part = file.share { try run(part, of: file, on: place, cancellation) }
    return try run(on: place, file, cancellation)
  }

  private func run(
    on place: Place, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> ResultTable<Function.Output> {
    switch place.kind {
    case .threads(let count): try runOnThreads(count, file, cancellation)
    case .remote(let place): try run(on: place, file, cancellation)
    }
  }

  /// Runs the share of a job array's element, in which a failure ends nothing else, and ends the process.
  private func run(
    _ part: ArrayPart, of file: CheckpointFile, on place: Place, _ cancellation: CancellationWord
  ) throws {
    let share = RemoteMap(
      function: function, elements: elements, taskStreams: taskStreams, options: options,
      stopsAtFailure: false, checkpoint: checkpoint, progress: progress)
    let results = try share.run(on: place, file, cancellation)
    part.end(done: results.knownCount, failed: results.failureCount)
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
  private func runOnThreads(
    _ count: Int?, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> ResultTable<Function.Output> {
    if elements.isEmpty { return ResultTable(count: 0) }
    try function.prepareHere()
    let workers = count ?? ThreadBudget.current.count
    let share = max(1, ThreadBudget.current.count / workers)
    let isPlain = file == nil && stopsAtFailure && options.retries == 0 && options.timeLimit == nil
    do {
      return isPlain
        ? ResultTable(outputs: try runPlainly(workers, share, cancellation))
        : ResultTable(try runWithCare(workers, share, file, cancellation))
    } catch {
      if cancellation.isSet { throw CancellationError() }
      switch error.underlying {
      case let failure as RemoteFailure: throw failure
      case let refusal as WorkerError: throw refusal
      default: throw error
      }
    }
  }

  /// Runs tasks that have no limits, of which a failure ends the map, and whose results nobody keeps.
  private func runPlainly(
    _ workers: Int, _ share: Int, _ cancellation: CancellationWord
  ) throws(TaskFailure) -> [Function.Output] {
    let (function, elements, streams) = (function, elements, streams)
    let cancelled: @Sendable () -> UInt64 = { cancellation.value }
    return try (0..<elements.count).parallelMap(workers: workers, progress: progress) {
      index throws -> Function.Output in
      let context = TaskContext(
        index: index, worker: ThreadBudget.currentWorker, coreCount: share, cancelled: cancelled)
      do {
        let output = try function.call(elements[index], streams, context)
        if cancellation.isSet { throw CancellationError() }
        return output
      } catch {
        if cancellation.isSet { throw CancellationError() }
        cancellation.endTasks(behind: index)
        throw completed(failure(error, of: context), elements[index])
      }
    }
  }

  private func runWithCare(
    _ workers: Int, _ share: Int, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws(TaskFailure) -> [Outcome?] {
    let streams = streams
    return try (0..<elements.count).parallelMap(workers: workers, progress: progress) {
      index throws -> Outcome? in
      if let file, file.isElsewhere(index) { return nil }
      let outcome = try kept(index, elements[index], file, cancellation) {
        attempt($0, index, streams, share, cancellation)
      }
      if cancellation.isSet { throw CancellationError() }
      if stopsAtFailure, case .failure(let failure) = outcome {
        cancellation.endTasks(behind: index)
        throw failure
      }
      return outcome
    }
  }

  /// What an error of a task on a thread says.
  private func failure(
    _ error: any Error, of context: TaskContext, cause: RemoteFailure.Cause? = nil
  ) -> RemoteFailure {
    RemoteFailure(
      index: context.index, element: "", attempt: context.attempt, worker: context.worker,
      cause: cause ?? .thrown(type: String(reflecting: type(of: error)), text: "\(error)"),
      output: "", streamLine: nil, again: nil)
  }

  /// The outcome of a task from a checkpoint, or a new one, which the checkpoint then keeps if it is a result.
  func kept(
    _ index: Int, _ element: Function.Input, _ file: CheckpointFile?,
    _ cancellation: CancellationWord,
    _ run: (Function.Input) -> (outcome: Outcome, attempts: Int)
  ) throws -> Outcome {
    guard let file else { return counted(run(element).outcome) }
    guard let bytes = try? BinaryEncoder.canonical(element) else {
      let outcome = run(element).outcome
      guard case .success = outcome else { return counted(outcome) }
      return try failed("its element cannot be encoded for the checkpoint", index, 1, element, file)
    }
    if let known = try file.result(of: index, element: bytes) {
      return .success(try file.decode(Function.Output.self, known, index))
    }
    let (outcome, attempts) = run(element)
    switch outcome {
    case .success(let output):
      let result: [UInt8]
      do {
        result = try BinaryEncoder.encode(output)
      } catch {
        let text = "its result of type \(Function.Output.self) cannot be encoded: \(error)"
        return try failed(text, index, attempts, element, file)
      }
      try file.append(index, attempt: attempts, element: bytes, result: result)
    case .failure(let failure):
      if !cancellation.isSet { try file.append(failure) }
    }
    return counted(outcome)
  }

  /// The outcome of a task that has ended, but cannot be kept.
  private func failed(
    _ text: String, _ index: Int, _ attempt: Int, _ element: Function.Input, _ file: CheckpointFile
  ) throws -> Outcome {
    let failure = completed(
      RemoteFailure(
        index: index, element: "", attempt: attempt, worker: ThreadBudget.currentWorker,
        cause: .coding(text: text), output: "", streamLine: nil, again: nil), element)
    try file.append(failure)
    return counted(.failure(failure))
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
    while true {
      attempt += 1
      let end = options.timeLimit.map { System.now + $0.wholeNanoseconds }
      let context = TaskContext(
        index: index, attempt: attempt, worker: ThreadBudget.currentWorker, coreCount: coreCount,
        cancelled: { end.map { System.now > $0 } == true ? .max : cancellation.value })
      do {
        return (.success(try function.call(element, streams, context)), attempt)
      } catch {
        if attempt <= options.retries, !cancellation.isSet { continue }
        // As in a worker, a task that fails because it was told to end has reached its limit.
        let isLate = end.map { System.now > $0 } == true
        let cause = isLate ? options.timeLimit.map { RemoteFailure.Cause.timedOut(limit: $0) } : nil
        return (.failure(completed(failure(error, of: context, cause: cause), element)), attempt)
      }
    }
  }
}

// MARK: - Elsewhere

extension RemoteMap {
  private func run(
    on place: any RemotePlace, _ file: CheckpointFile?, _ cancellation: CancellationWord
  ) throws -> ResultTable<Function.Output> {
    if elements.isEmpty { return ResultTable(count: 0) }
    let function = try EncodedFunction(function, taskStreams)
    let pool = try place.makePool(for: function)
    defer { pool.stop() }
    return try run(function.bytes, in: pool, file, cancellation)
  }

  private func run(
    _ function: [UInt8], in pool: any TaskPool, _ file: CheckpointFile?,
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
      if file.isElsewhere(index) { return .known }
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
}
