// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusWorkerSystem

/// The program of a worker: it takes tasks until it is told to stop or its pool is gone.
struct WorkerMain {
  private var link: WorkerLink
  private let number: Int
  private let coreCount: Int
  private let arrays: SharedArrays?
  private let cancellation: @Sendable () -> UInt64
  private var functions: [UInt32: Result<ReceivedFunction, any Error>] = [:]
  private let message = ByteWriter()
  /// Where long arrays of results are placed, and how many answers have had any.
  private let results = SharedArrayFile(reusing: Int32(APUS_WORKER_RESULTS))
  private var answersWithArrays: UInt64 = 0
  private var outputPosition = 0
  /// What the last task took with its coding, in nanoseconds.
  private var lastTime = 0
  /// The last answer, if it is of one word; else it is in `message`.
  private var word: WordAnswer?

  /// Reads the words with which the pool has started this process.
  init?(arguments: [String]) {
    guard arguments.count == 4, let number = Int(arguments[0]), let workers = Int(arguments[1]),
      let coreCount = Int(arguments[2]), let arraySize = Int(arguments[3]),
      (0..<workers).contains(number), coreCount >= 1,
      let memory = SharedMemory(
        descriptor: Int32(APUS_WORKER_MEMORY), byteCount: RingLayout.byteCount(workers: workers))
    else { return nil }
    link = WorkerLink(memory, worker: number)
    cancellation = link.cancellation
    self.number = number
    arrays =
      arraySize > 0
      ? SharedArrays(descriptor: Int32(APUS_WORKER_ARRAYS), byteCount: arraySize) : nil
    self.coreCount = coreCount
  }

  mutating func run() throws {
    guard apus_watch_lifeline() == 0 else { System.exit(71) }
    apus_volunteer_for_memory_kill()
    System.bufferLines()
    ThreadBudget.set(coreCount)
    message.append(MessageKind.hello.rawValue)
    Hello().write(to: message)
    link.send(message)
    while true {
      var reader = ByteReader(try link.receive())
      switch MessageKind(rawValue: try reader.byte()) {
      case .function: try learn(&reader)
      case .tasks: try work(&reader)
      case .stop: return
      default: throw ByteReader.Malformed(description: "a message is of an unknown kind")
      }
    }
  }

  private mutating func learn(_ reader: inout ByteReader) throws {
    let id = try reader.number(UInt32.self)
    message.shared = try reader.truth() ? results : nil
    let name = try reader.text()
    let streams = try BinaryDecoder.decode(
      TaskStreams?.self, from: try reader.numbers(count: Int(try reader.number(UInt32.self))))
    let captures = reader.rest()
    let function = Result { [arrays] in
      try ReceivedFunction.make(name: name, captures: captures, streams: streams, arrays) {
        System.now
      }
    }
    functions[id] = function
    do {
      try (try? function.get())?.prepare()
    } catch {
      // The pool shows the last words of a worker that has not begun a task.
      System.writeError("\(error)\n")
      System.flush()
      System.exit(Int32(WorkerError.notPreparedStatus))
    }
  }

  /// Runs some tasks; each answer is published before the next task begins, so that no death takes it along.
  private mutating func work(_ reader: inout ByteReader) throws {
    guard let function = functions[try reader.number(UInt32.self)] else {
      throw ByteReader.Malformed(description: "tasks have an unknown function")
    }
    // What tasks have in common is made ready once for all of them.
    var context = TaskContext(worker: number, coreCount: coreCount, cancelled: cancellation)
    var start = System.now
    while !reader.isAtEnd {
      let head = try TaskHead(&reader)
      let end = try reader.beginPart(head.elementSize)
      switch function {
      case .success(let known):
        context.begin(head.index, attempt: head.attempt)
        start = run(known, context, &reader, start)
      case .failure(let error): start = fail(error, head, start)
      }
      reader.endPart(end)
      let isLast = reader.isAtEnd && !link.hasMore()
      // The next task's time does not count while there is no room for an answer.
      let hasWaited =
        if let word {
          link.send(word, isLast: isLast)
        } else {
          link.send(message, isLast: isLast)
        }
      if hasWaited { start = System.now }
    }
    link.noteIdle()
  }

  /// Nanoseconds in which nothing is written to a file: the system needs longer.
  private static let shortTime = 300

  /// Runs one task and makes its answer; returns when it ended.
  private mutating func run(
    _ function: ReceivedFunction, _ context: TaskContext, _ element: inout ByteReader, _ start: Int
  ) -> Int {
    link.note(current: context.index, at: start)
    if results.byteCount > 0, link.consumedCount == answersWithArrays { results.removeAll() }
    let placed = results.byteCount
    message.removeAll()
    word = nil
    Answer.begin(message, index: context.index)
    do {
      // A look at the clock is saved where all that is done for a task takes so little time.
      let call = try function.run(
        &element, context, to: message, begin: lastTime < Self.shortTime ? start : nil)
      lastTime = call.end - start
      let isShort = call.nanoseconds < Self.shortTime && !System.hasPendingOutput
      let output = isShort ? nil : outputRange()
      let hasArrays = results.byteCount > placed
      if hasArrays { answersWithArrays += 1 }
      link.isQuick = lastTime < Spin.quickTask
      link.isVeryQuick = lastTime < Self.shortTime
      if output == nil, !hasArrays, let (tag, bits) = Answer.word(message) {
        word = WordAnswer(
          index: context.index, nanoseconds: UInt32(clamping: lastTime), tag: tag, bits: bits)
        return call.end
      }
      Answer.end(
        message, .result, nanoseconds: lastTime, output: output, hasArrays: hasArrays)
      return call.end
    } catch {
      return answer(error, start)
    }
  }

  /// Makes the answer of a task whose function is not known; returns when it ended.
  private mutating func fail(_ error: any Error, _ head: TaskHead, _ start: Int) -> Int {
    link.note(current: head.index, at: start)
    message.removeAll()
    word = nil
    Answer.begin(message, index: head.index)
    return answer(error, start)
  }

  /// Completes the answer of a task that has failed; returns when it ended.
  private mutating func answer(_ error: any Error, _ start: Int) -> Int {
    Answer.clear(message)
    let kind = append(error)
    let output = outputRange()
    let end = System.now
    Answer.end(message, kind, nanoseconds: end - start, output: output)
    return end
  }

  /// Puts an error into an answer.
  private func append(_ error: any Error) -> Answer.Kind {
    if let error = error as? CodingFailure {
      message.append(text: error.text)
      return .coding
    }
    message.append(text: String(reflecting: type(of: error)))
    message.append(text: "\(error)")
    return .thrown
  }

  /// Where the output of a task lies; nil if it wrote nothing.
  private mutating func outputRange() -> Range<Int>? {
    System.flush()
    let start = outputPosition
    outputPosition = max(start, System.outputPosition)
    return start < outputPosition ? start..<outputPosition : nil
  }
}
