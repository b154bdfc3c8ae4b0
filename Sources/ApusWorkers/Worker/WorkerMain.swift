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
  private var message = ByteWriter()
  private var body = ByteWriter()
  private var outputPosition = 0

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
    link.send([MessageKind.hello.rawValue])
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
    let name = try reader.text()
    let origin = try BinaryDecoder.decode(
      StreamOrigin?.self, from: try reader.numbers(count: Int(try reader.number(UInt32.self))))
    let captures = reader.rest()
    functions[id] = Result { [arrays] in
      try ReceivedFunction(name: name, captures: captures, origin: origin, arrays)
    }
  }

  /// Runs some tasks; each answer is published before the next task begins, so that no death takes it along.
  private mutating func work(_ reader: inout ByteReader) throws {
    guard let function = functions[try reader.number(UInt32.self)] else {
      throw ByteReader.Malformed(description: "tasks have an unknown function")
    }
    var start = System.now
    while !reader.isAtEnd {
      let head = try TaskHead(&reader)
      var element = try reader.part(Int(try reader.number(Int64.self)))
      start = run(function, head, &element, start)
    }
    link.noteIdle()
  }

  /// Runs one task and sends its answer; returns when it ended.
  private mutating func run(
    _ function: Result<ReceivedFunction, any Error>, _ head: TaskHead,
    _ element: inout ByteReader, _ start: Int
  ) -> Int {
    let context = TaskContext(
      index: head.index, attempt: head.attempt, worker: number, coreCount: coreCount,
      cancelled: cancellation)
    link.note(current: head.index, at: start)
    body.removeAll()
    var kind = Answer.Kind.result
    do {
      try function.get().run(&element, context, to: &body)
    } catch let error as CodingFailure {
      kind = .coding
      body.removeAll()
      body.append(text: error.text)
    } catch {
      kind = .thrown
      body.removeAll()
      body.append(text: String(reflecting: type(of: error)))
      body.append(text: "\(error)")
    }
    let end = System.now
    link.isQuick = end - start < Spin.quickTask
    let answer = Answer(
      kind: kind, index: head.index, nanoseconds: end - start, output: outputRange(end - start))
    message.removeAll()
    message.append(MessageKind.answer.rawValue)
    answer.write(to: &message, body)
    link.send(message.bytes)
    return end
  }

  /// Where the output of a task lies that has taken so many nanoseconds.
  private mutating func outputRange(_ nanoseconds: Int) -> Range<Int> {
    // Nothing can be written in less time.
    if nanoseconds < 400 { return outputPosition..<outputPosition }
    System.flush()
    let start = outputPosition
    outputPosition = max(start, System.outputPosition)
    return start..<outputPosition
  }
}
