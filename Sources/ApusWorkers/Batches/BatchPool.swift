// Part of Apus, Apache-2.0. See LICENSE.

/// Who gives batches to a pool and takes their answers.
package protocol BatchHandler: AnyObject {
  /// Called again and again while a pool runs; adds batches if workers have room, or closes the pool.
  ///
  /// - Parameter room: the number of tasks that workers would take now.
  func turn(_ pool: BatchPool, room: Int)
  /// Takes the answers to all tasks of a batch.
  func finish(batch: Int, _ answers: AnswerWriter)
  /// Takes the indices of tasks that were withdrawn, by their batches.
  func withdrew(_ tasks: [Int: [Int]])
  /// A descriptor that has input when there is something to do in `turn`.
  var watch: Int32? { get }
  /// Whether the tasks should end now.
  var isCancelled: Bool { get }
  /// Whether a worker that was told to terminate was told so together with this process, as the end of a job does.
  func isTerminated() -> Bool
}

/// Runs batches of tasks of one function in worker processes of this host: an engine's half of a map.
package final class BatchPool {
  private struct Running {
    var id: Int
    var batch: TaskBatch
    var open: SentBatch
    let answers = AnswerWriter()
  }

  private let pool: any TaskPool
  private let function: [UInt8]
  private let lines = LinesStorage()
  @exclusivity(unchecked) private var running: [Running] = []
  @exclusivity(unchecked) private var added: [TaskBatch] = []
  @exclusivity(unchecked) private var withdrawn: [Int] = []
  private var limit = Int.max
  private var isClosed = false

  /// - Parameter workers: the number of worker processes, which share this process's cores.
  /// - Throws: ``WorkerError`` if this program cannot be its own worker, or the system refuses memory.
  package convenience init(
    _ function: EncodedFunction, workers: Int, program: String? = nil
  ) throws {
    self.init(
      function, on: try ProcessPool(WorkerStart(workers, program, function.arrays)))
  }

  /// - Parameter pool: runs the tasks; it ends with this one.
  package init(_ function: EncodedFunction, on pool: any TaskPool) {
    (self.function, self.pool) = (function.bytes, pool)
  }

  /// Adds a batch; to be called by a handler in its turn.
  package func add(_ batch: TaskBatch, id: Int) {
    running.append(Running(id: id, batch: batch, open: SentBatch(batch.tasks)))
    added.append(batch)
  }

  /// Whether a task of a batch has the same index as one that is at work.
  package func conflicts(with batch: TaskBatch) -> Bool {
    running.contains { other in batch.entries.contains { other.batch.entry($0.task.index) != nil } }
  }

  /// Ends the run when all that was added has been answered.
  package func close() { isClosed = true }

  /// The batches that are at work, in the order in which they were added.
  package var batches: [Int] { running.map(\.id) }

  /// Appends the lines that tasks have written since the last time.
  package func takeLines(to writer: AnswerWriter) {
    for (index, line) in lines.take() { writer.append(line: line, of: index) }
  }

  /// The same for the lines of one batch's tasks.
  private func takeLines(of batch: TaskBatch, to writer: AnswerWriter) {
    for (index, line) in lines.take(where: { batch.entry($0) != nil }) {
      writer.append(line: line, of: index)
    }
  }

  /// Takes the answers and lines out that a batch which is at work has so far; nil if there are none.
  package func takeAnswers(of id: Int) -> [UInt8]? {
    guard let batch = running.first(where: { $0.id == id }) else { return nil }
    takeLines(of: batch.batch, to: batch.answers)
    return batch.answers.byteCount > 0 ? batch.answers.take() : nil
  }

  /// Takes the tasks of a batch back that no worker has; to be called by a handler in its turn.
  package func withdraw(_ id: Int) { withdrawn.append(id) }

  private func withdraw(from ledger: inout TaskLedger, _ handler: any BatchHandler) {
    var dropped: [Int: [Int]] = [:]
    for id in withdrawn {
      guard let place = running.firstIndex(where: { $0.id == id }) else { continue }
      for task in running[place].batch.tasks where ledger.drop(task.index) {
        _ = running[place].open.close(task.index)
        dropped[id, default: []].append(task.index)
      }
    }
    withdrawn = []
    handler.withdrew(dropped)
    finishBatches(handler)
  }

  /// Ends the tasks from an index on, which nobody wants any more; to be called by a handler in its turn.
  package func limit(to index: Int) { limit = min(limit, index) }

  private func lower(_ ledger: inout TaskLedger, _ handler: any BatchHandler) {
    ledger.lower(to: limit)
    for place in running.indices {
      for task in running[place].open.openTasks where task.index >= limit {
        _ = running[place].open.close(task.index)
      }
    }
    finishBatches(handler)
  }

  /// Hands over what has been answered; tasks that were dropped have no answer.
  private func finishBatches(_ handler: any BatchHandler) {
    for batch in running where batch.open.openCount == 0 { finish(batch.id, handler) }
  }

  /// Runs batches until it is closed.
  ///
  /// - Parameter options: limits; retries are the client's.
  /// - Throws: ``WorkerError`` if workers cannot run the function; `CancellationError`. Batches without an answer are then those
  ///   of ``batches``.
  package func run(_ options: TaskOptions, _ handler: any BatchHandler) throws {
    (running, added, withdrawn, limit, isClosed) = ([], [], [], .max, false)
    _ = lines.take()
    var options = options
    options.retries = 0
    options.output = { [lines] in lines.append($0, $1) }
    try pool.run(job(handler), TaskLedger(isOpen: true), options)
  }

  /// Ends the workers.
  package func stop() { pool.stop() }

  private func job(_ handler: any BatchHandler) -> MapJob {
    let clock = LastTask()
    return MapJob(
      function: function, keepsResults: true,
      element: { [self] index, writer in
        guard let (batch, entry) = find(index) else {
          throw WorkerError(.functionNotFound, "Task \(index) is in no batch.")
        }
        writer.append(bytes: running[batch].batch.bytes[entry.element])
        return .encoded
      },
      finish: { [self, unowned handler] index, _, worker, reader in
        guard let place = close(index) else { return }
        running[place].answers.append(
          result: reader.unread, of: index, worker: worker, nanoseconds: clock.nanoseconds)
        finishIfDone(place, handler)
      },
      finishWord: { [self, unowned handler] answer in
        guard let place = close(answer.index) else { return true }
        running[place].answers.append(answer)
        finishIfDone(place, handler)
        return true
      },
      fail: { [self, unowned handler] failure in
        // The task has not failed then: it is given back with what has no answer.
        if failure.cause == .killed(signal: 15), handler.isTerminated() { return }
        guard let place = close(failure.index) else { return }
        running[place].answers.append(failure)
        finishIfDone(place, handler)
      },
      isCancelled: { [unowned handler] in handler.isCancelled },
      turn: { [self, unowned handler] ledger, room in
        handler.turn(self, room: room)
        let hasAdded = !added.isEmpty
        for batch in added { ledger.add(batch.tasks) }
        added.removeAll()
        if !withdrawn.isEmpty { withdraw(from: &ledger, handler) }
        if limit < ledger.limit || limit != .max && hasAdded { lower(&ledger, handler) }
        if isClosed { ledger.close() }
      }, watch: handler.watch, lastTask: clock)
  }

  private func find(_ index: Int) -> (batch: Int, entry: TaskBatch.Entry)? {
    for (place, batch) in running.enumerated() {
      if let entry = batch.batch.entry(index) { return (place, entry) }
    }
    return nil
  }

  /// Notes that a task has its answer, and returns the place of its batch; nil if nobody waits for it.
  private func close(_ index: Int) -> Int? {
    running.indices.first { running[$0].open.close(index) != nil }
  }

  private func finishIfDone(_ place: Int, _ handler: any BatchHandler) {
    if running[place].open.openCount == 0 { finish(running[place].id, handler) }
  }

  private func finish(_ id: Int, _ handler: any BatchHandler) {
    guard let place = running.firstIndex(where: { $0.id == id }) else { return }
    let batch = running.remove(at: place)
    takeLines(of: batch.batch, to: batch.answers)
    handler.finish(batch: batch.id, batch.answers)
  }
}
