// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: Parts of messages are handed on within the closure that lends their bytes; the pool keeps the memory alive.

/// The pool's side of one worker process.
final class Worker {
  let number: Int
  let pid: Int32
  let watch: Int32
  private let lifeline: Int32
  let output: WorkerOutput
  /// Where the worker places long arrays of its results, and what of it is mapped here.
  private let results: Int32
  private var mapped: SharedArrays?
  private var resultsRead: UInt64 = 0
  let bell: Bell
  @exclusivity(unchecked) private var down: RingWriter
  @exclusivity(unchecked) private var up: RingReader
  private let current: SharedWord
  private let began: SharedWord
  private let cancelled: SharedWord
  private let consumed: SharedWord
  @exclusivity(unchecked) private var message: [UInt8] = []
  /// Messages that did not fit into the ring, and how much of the first has been written.
  @exclusivity(unchecked) private var waiting: [[UInt8]] = []
  @exclusivity(unchecked) private var written = 0

  /// The tasks that it has, in the order in which it does them.
  @exclusivity(unchecked) var given = TaskQueue()
  @exclusivity(unchecked) var window = WorkWindow()
  var isReady = false
  var isLeaving = false
  /// Functions that it has been sent.
  var functions: Set<UInt32> = []
  var tasksBegun = 0
  /// How many it had begun when its memory was looked at last to replace it.
  var tasksMeasured = 0
  /// When the worker was started.
  var started = 0
  /// Why the pool has ended it, if it has, and which task was at the front then.
  var ending: RemoteFailure.Cause?
  var endingTask: Int?
  /// Whether the process is gone; its number may be another's now.
  var isGone = false
  /// How often the kernel had killed for memory when the worker was started.
  var kernelKills: Int64 = 0
  /// Which task was told to end, and when.
  var told: (index: Int, time: Int)?
  /// When it was told to leave.
  var leftAt = 0
  var lastMemory = 0

  init(
    number: Int, pid: Int32, watch: Int32, lifeline: Int32, output: WorkerOutput,
    results: Int32, bell: Bell, memory: SharedMemory
  ) {
    self.number = number
    self.pid = pid
    self.watch = watch
    self.lifeline = lifeline
    self.output = output
    self.results = results
    self.bell = bell
    down = RingWriter(memory.base + RingLayout.down(to: number))
    up = RingReader(memory.base + RingLayout.up(from: number))
    let control = RingLayout.control(of: number)
    current = SharedWord(memory.base, at: control + RingLayout.currentTask)
    began = SharedWord(memory.base, at: control + RingLayout.began)
    cancelled = SharedWord(memory.base, at: control + RingLayout.cancelled)
    consumed = SharedWord(memory.base, at: control + RingLayout.consumed)
  }

  deinit {
    System.close(lifeline)
    System.close(results)
    if watch >= 0 { System.close(watch) }
  }

  /// The index of the task that it has begun, as it says itself.
  var currentTask: Int? {
    let word = current.acquire()
    return word == 0 ? nil : Int(truncatingIfNeeded: word &- 1)
  }

  /// When the task in work began, as the worker says itself; now if that makes no sense.
  func currentBegin(_ now: Int) -> Int {
    let begin = Int(truncatingIfNeeded: began.load())
    return (started...max(started, now)).contains(begin) ? begin : now
  }

  /// Tells a task that it should end, or every task.
  func cancel(_ index: Int?) { cancelled.set(index.map { UInt64($0 + 1) } ?? .max) }
  func clearCancellation() { cancelled.set(0) }

  /// All long arrays that the worker has placed.
  func mappedResults() -> SharedArrays? {
    let size = System.size(of: results)
    if size > mapped?.byteCount ?? 0 {
      mapped = SharedArrays(descriptor: results, byteCount: size, isReused: true)
    }
    return mapped
  }

  /// Lets the worker use the room again of what was placed for an answer.
  func noteResultsRead() {
    resultsRead += 1
    consumed.release(resultsRead)
  }

  func signal(_ signal: Int32) {
    if !isGone { apus_signal_group(pid, signal) }
  }

  var hasWaiting: Bool { !waiting.isEmpty }

  /// Sends a message, now or as soon as there is room.
  func send(_ bytes: [UInt8]) {
    waiting.append(bytes)
    flush()
  }

  /// Sends a message, without a copy if there is room.
  func send(_ message: ByteWriter) {
    guard waiting.isEmpty, message.count <= RingLayout.longestPart,
      message.withBytes({ down.write($0, isLast: true) })
    else { return send(message.bytes) }
    if down.shouldWakeReader() { bell.ring() }
  }

  /// Writes what waits, as far as there is room; returns whether anything was written.
  @discardableResult
  func flush() -> Bool {
    var hasWritten = false
    while let first = waiting.first {
      let end = min(first.count, written + RingLayout.longestPart)
      let isLast = end == first.count
      let isDone = first.withUnsafeBytes {
        down.write(UnsafeRawBufferPointer(rebasing: $0[written..<end]), isLast: isLast)
      }
      guard isDone else { break }
      hasWritten = true
      written = end
      if isLast {
        waiting.removeFirst()
        written = 0
      }
    }
    if hasWritten, down.shouldWakeReader() { bell.ring() }
    return hasWritten
  }

  /// Says that the pool waits for room; false if there is room.
  func beginWaitForRoom() -> Bool {
    waiting.isEmpty || down.beginWaitForRoom(RingLayout.longestPart)
  }

  /// The messages that are taken at once, so that other workers get their turn.
  private static let mostTogether = 1000

  /// Hands over messages of the worker that are complete; returns whether there were any.
  func receive(
    word handleWord: (WordAnswer) throws -> Void, _ handle: (inout ByteReader) throws -> Void
  ) throws -> Bool {
    var hasRead = false, count = 0
    while count < Self.mostTogether {
      if message.isEmpty, try receiveWords(&count, handleWord) { hasRead = true }
      guard let isComplete = try up.read(to: &message) else { break }
      hasRead = true
      guard isComplete else { continue }
      count += 1
      defer { message.removeAll(keepingCapacity: message.capacity <= 1 << 20) }
      var reader = ByteReader(message)
      try handle(&reader)
    }
    if hasRead, up.shouldWakeWriter() { bell.ring() }
    return count > 0
  }

  /// Hands over answers of one word, until something else comes; returns whether there were any.
  private func receiveWords(
    _ count: inout Int, _ handle: (WordAnswer) throws -> Void
  ) throws -> Bool {
    let before = count
    while count < Self.mostTogether, let word = try up.readWord() {
      count += 1
      try handle(word)
    }
    if count > before { up.release() }
    return count > before
  }

  func hasMessage() -> Bool { up.hasMore() }
}
