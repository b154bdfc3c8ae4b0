// Part of Apus, Apache-2.0. See LICENSE.

/// The tasks of a batch that has been sent, and which of them have no answer yet.
package struct SentBatch: Sendable {
  package let tasks: [GivenTask]
  private var isOpen: [Bool]
  private let isConsecutive: Bool
  package private(set) var openCount: Int

  package init(_ tasks: [GivenTask]) {
    self.tasks = tasks
    isConsecutive = zip(tasks, tasks.dropFirst()).allSatisfy { $1.index == $0.index + 1 }
    isOpen = Array(repeating: true, count: tasks.count)
    openCount = tasks.count
  }

  /// The tasks without an answer.
  package var openTasks: [GivenTask] { zip(tasks, isOpen).filter(\.1).map(\.0) }

  /// Whether it has a task, with or without an answer.
  func contains(_ index: Int) -> Bool { tasks.contains { $0.index == index } }

  /// Notes that a task has its answer; nil if it has none here, or has had one.
  package mutating func close(_ index: Int) -> GivenTask? {
    guard let first = tasks.first else { return nil }
    var place = index &- first.index
    if !tasks.indices.contains(place) || tasks[place].index != index {
      guard !isConsecutive, let found = tasks.firstIndex(where: { $0.index == index }) else {
        return nil
      }
      place = found
    }
    guard isOpen[place] else { return nil }
    isOpen[place] = false
    openCount -= 1
    return tasks[place]
  }
}

/// What follows from the answers of a batch for the map that has sent it.
package struct AnswerReader {
  /// Who has answered.
  package let engine: Int
  package let options: TaskOptions
  /// Why the map must end; nil if it goes on.
  package private(set) var refusal: WorkerError?

  package init(engine: Int, options: TaskOptions) {
    (self.engine, self.options) = (engine, options)
  }

  /// Takes all answers in some bytes.
  ///
  /// - Throws: an error if the bytes are no answers to the batch; those before have been taken.
  package mutating func read(
    _ bytes: [UInt8], _ batch: inout SentBatch, _ job: MapJob, _ ledger: inout TaskLedger
  ) throws {
    var reader = ByteReader(bytes)
    while !reader.isAtEnd {
      let kind = TaskAnswer.Kind(rawValue: try reader.byte())
      let index = Int(try reader.number(Int64.self))
      _ = try reader.number(UInt16.self)
      let size = Int(try reader.number(Int64.self))
      switch kind {
      case .result:
        guard let task = try close(index, of: &batch, size, &reader) else { continue }
        try reader.withPart(size) { take(&$0, of: task, job, &ledger) }
      case .failure:
        guard let task = try close(index, of: &batch, size, &reader) else { continue }
        try reader.withPart(size) { part in
          fail(task, try TravellingFailure(reading: &part), job, &ledger)
        }
      case .line:
        options.show(line: String(decoding: try reader.take(size), as: UTF8.self), of: index)
      case nil: throw ByteReader.Malformed(description: "an answer is of an unknown kind")
      }
    }
  }

  /// Notes that a task has its answer; passes over one that comes again, because the engine could not know that it has come.
  private func close(
    _ index: Int, of batch: inout SentBatch, _ size: Int, _ reader: inout ByteReader
  ) throws -> GivenTask? {
    if let task = batch.close(index) { return task }
    guard batch.contains(index) else {
      throw ByteReader.Malformed(description: "task \(index) was answered, but not asked for")
    }
    _ = try reader.take(size)
    return nil
  }

  private mutating func take(
    _ reader: inout ByteReader, of task: GivenTask, _ job: MapJob, _ ledger: inout TaskLedger
  ) {
    do {
      if try !takeWord(reader, task, job) {
        try job.finish(task.index, task.attempt, engine, &reader)
      }
      ledger.succeeded(task.index)
    } catch let error as WorkerError {
      ledger.succeeded(task.index)
      refusal = error
    } catch {
      let text = "its result cannot be decoded: \(error)"
      fail(
        task, TravellingFailure(cause: .coding(text: text), output: "", unshownOutput: ""), job,
        &ledger)
    }
  }

  private func takeWord(
    _ reader: ByteReader, _ task: GivenTask, _ job: MapJob
  ) throws -> Bool {
    guard let finish = job.finishWord, reader.unreadCount == TaskAnswer.wordByteCount else {
      return false
    }
    var word = reader
    return finish(
      WordAnswer(
        index: task.index, nanoseconds: 0, tag: try word.byte(), bits: try word.number(UInt64.self))
    )
  }

  /// Notes that a task has failed, or has lost its engine.
  package mutating func fail(
    _ task: GivenTask, _ cause: RemoteFailure.Cause, _ job: MapJob, _ ledger: inout TaskLedger
  ) {
    fail(task, TravellingFailure(cause: cause, output: "", unshownOutput: ""), job, &ledger)
  }

  private mutating func fail(
    _ task: GivenTask, _ failure: TravellingFailure, _ job: MapJob, _ ledger: inout TaskLedger
  ) {
    guard ledger.failed(task.index) == .final else { return }
    do {
      try job.fail(
        RemoteFailure(
          index: task.index, element: "", attempt: task.attempt, worker: engine,
          cause: failure.cause, output: failure.output, unshownOutput: failure.unshownOutput,
          streamLine: nil, again: nil))
    } catch {
      refusal = error as? WorkerError ?? WorkerError(.checkpoint, "\(error)")
    }
  }
}

extension TravellingFailure {
  init(reading reader: inout ByteReader) throws {
    self = try BinaryDecoder.decode(TravellingFailure.self, from: &reader)
  }
}
