// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

/// Worker processes that run one map at a time; whoever runs a map drives them.
final class ProcessPool: TaskPool {
  let start: WorkerStart
  private let memory: SharedMemory
  private let bell: Bell
  private let asleep: SharedWord
  @exclusivity(unchecked) private var workers: [Worker?]
  private var function = FunctionMessage()
  @exclusivity(unchecked) private var fruitlessDeaths: FruitlessDeaths
  /// When workers may be started again, after the system has refused one.
  private var nextStart = 0
  private let message = ByteWriter()

  // The map that is running.
  @exclusivity(unchecked) private var ledger = TaskLedger(
    count: 0, retries: 0, stopsAtFailure: true)
  @exclusivity(unchecked) private var options = TaskOptions()
  @exclusivity(unchecked) private var job: MapJob?
  @exclusivity(unchecked) private var refusal: WorkerError?
  private var looks = LookTimes()

  init(_ start: WorkerStart) throws {
    self.start = start
    memory = try SharedMemory(byteCount: RingLayout.byteCount(workers: start.workers))
    bell = try Bell()
    asleep = SharedWord(memory.base, at: 0)
    workers = Array(repeating: nil, count: start.workers)
    fruitlessDeaths = FruitlessDeaths(places: start.workers)
  }

  /// Wakes the thread that runs a map, from any other thread.
  var waker: @Sendable () -> Void { { [bell] in bell.ring() } }

  /// Runs a map to its end.
  ///
  /// - Throws: ``WorkerError`` if workers do not start; `CancellationError`.
  func run(_ job: MapJob, _ ledger: TaskLedger, _ options: TaskOptions) throws {
    self.ledger = ledger
    self.options = options
    self.job = job
    refusal = nil
    defer { self.job = nil }
    function.prepare(for: job)
    var rounds = 0
    while !self.ledger.isFinished {
      if job.isCancelled() {
        endGivenTasks()
        throw CancellationError()
      }
      job.turn?(&self.ledger, room)
      try startMissing()
      let isBusy = receive() || give()
      rounds += 1
      if !isBusy { wait() }
      if !isBusy || rounds % 64 == 0 { look() }
      if self.ledger.hasDropped { endUnwantedTasks() }
      if let refusal { throw refusal }
    }
  }

  /// The number of tasks that workers would take now beyond those that wait.
  private var room: Int {
    workers.reduce(-ledger.waitingCount) { sum, worker in
      guard let worker else { return sum + 1 }
      return worker.isLeaving ? sum : sum + max(0, worker.window.size(options) - worker.given.count)
    }
  }

  /// Ends all workers and what they have started, within about ten seconds.
  func stop() {
    for worker in workers.compactMap({ $0 }) {
      if worker.given.isEmpty, worker.isReady {
        worker.send([MessageKind.stop.rawValue])
      } else {
        worker.kill()
      }
    }
    waitForDeaths(until: System.now + 1_000_000_000)
    for worker in workers.compactMap({ $0 }) { worker.kill() }
    // What the kernel does not end in this time hangs in the kernel; it is left to it.
    waitForDeaths(until: System.now + 10_000_000_000)
  }

  private func waitForDeaths(until end: Int) {
    while System.now < end {
      for worker in workers.compactMap({ $0 }) where apus_reap(worker.pid) != -1 {
        worker.isGone = true
        workers[worker.number] = nil
      }
      let watches = workers.compactMap { $0?.watch }
      if watches.isEmpty { return }
      _ = apus_wait(watches, Int32(watches.count), 20_000)
    }
  }
}

// MARK: - Giving tasks and taking answers

extension ProcessPool {
  private func startMissing() throws {
    guard ledger.hasWork, refusal == nil else { return }
    var wanted =
      ledger.startCount(options, job) - workers.count { $0?.given.isEmpty == true }
    for number in workers.indices
    where workers[number] == nil && wanted > 0 && fruitlessDeaths.allowStart(in: number) {
      if nextStart > 0, System.now < nextStart { return }
      do {
        let worker = try start.start(number, memory: memory, poolBell: bell)
        worker.started = System.now
        worker.kernelKills = apus_kernel_kills()
        workers[number] = worker
        wanted -= 1
      } catch {
        // With one worker the map goes on, only more slowly.
        if workers.allSatisfy({ $0 == nil }) { throw error }
        nextStart = System.now + 1_000_000_000
        return
      }
    }
  }

  /// Gives each worker the tasks that it may have; returns whether there were any.
  private func give() -> Bool {
    var hasGiven = false
    for case let worker? in workers {
      if worker.flush() { hasGiven = true }
      guard worker.isReady, !worker.isLeaving, worker.ending == nil, !worker.hasWaiting else {
        continue
      }
      if worker.isUsedUp(options) {
        if worker.given.isEmpty { worker.leave() }
        continue
      }
      if give(to: worker) { hasGiven = true }
    }
    return hasGiven
  }

  /// Gives a worker the tasks that its window still allows, in one message.
  private func give(to worker: Worker) -> Bool {
    // No worker gets so many that others have none: what is given is not taken back.
    let share = max(1, ledger.waitingCount / (2 * workers.count))
    let most = min(
      worker.window.size(options) - worker.given.count, share,
      (options.tasksPerWorker ?? .max) - worker.tasksBegun)
    guard most > 0, let job, ledger.hasWork else { return false }
    message.removeAll()
    message.append(MessageKind.tasks.rawValue)
    message.append(number: function.number)
    let empty = message.count
    var hasTaken = false
    let (element, hasRoom) = (job.element, job.hasRoom)
    for _ in 0..<most where message.count < RingLayout.longestPart / 2 {
      guard takeOne(for: worker, element, hasRoom) else { break }
      hasTaken = true
    }
    if message.count > empty {
      if worker.functions.insert(function.number).inserted { worker.send(function.bytes) }
      worker.send(message)
    }
    return hasTaken
  }

  /// Takes the next task and appends it to the message; false if there is none now.
  private func takeOne(
    for worker: Worker, _ element: MapJob.TakeElement, _ hasRoom: () -> Bool
  ) -> Bool {
    guard ledger.hasReturned || hasRoom(), let task = ledger.take() else { return false }
    let start = TaskHead.begin(message, index: task.index, attempt: task.attempt)
    do {
      switch try element(task.index, message) {
      case .encoded: TaskHead.end(message, start)
      case .known:
        message.truncate(to: start)
        ledger.skipped()
        return true
      case .ended:
        message.truncate(to: start)
        ledger.ended(at: task.index)
        return true
      }
    } catch let error as WorkerError {
      message.truncate(to: start)
      refusal = error
      ledger.skipped()
      return false
    } catch {
      message.truncate(to: start)
      let text = "its element cannot be encoded: \(error)"
      failed(GivenTask(index: task.index, attempt: task.attempt), .coding(text: text), worker, "")
      return true
    }
    worker.given.append(GivenTask(index: task.index, attempt: task.attempt))
    worker.tasksBegun += 1
    return true
  }

  /// Takes all answers that have come; returns whether there were any.
  private func receive() -> Bool {
    var hasReceived = false
    for case let worker? in workers where receive(from: worker) { hasReceived = true }
    return hasReceived
  }

  private func receive(from worker: Worker) -> Bool {
    // What a worker says that has sent nonsense is not heard any more.
    if case .coding = worker.ending { return false }
    let finishWord = job?.finishWord
    do {
      return try worker.receive(word: { try handle($0, worker, finishWord) }) {
        try handle(&$0, worker)
      }
    } catch {
      // What a worker writes may be damaged by a task; it is not trusted any more.
      worker.end(.coding(text: "its worker sent what cannot be read: \(error)"))
      return true
    }
  }

  /// Takes an answer of one word, in a short way if nothing is to be said or kept.
  private func handle(
    _ answer: WordAnswer, _ worker: Worker, _ finish: MapJob.TakeWord?
  ) throws {
    guard worker.given.first?.index == answer.index else { throw RingReader.Damaged() }
    guard worker.told == nil, finish?(answer) == true else {
      var reader = ByteReader(Answer.message(answer).bytes)
      return try handle(&reader, worker)
    }
    worker.given.removeFirst()
    fruitlessDeaths.forget(in: worker.number)
    worker.window.learn(nanoseconds: Int(answer.nanoseconds), ranDry: worker.given.isEmpty)
    ledger.succeeded(answer.index)
  }

  private func handle(_ reader: inout ByteReader, _ worker: Worker) throws {
    let kind = MessageKind(rawValue: try reader.byte())
    if kind == .hello {
      if worker.isReady { throw RingReader.Damaged() }
      if let problem = try Hello(&reader).problem(isSameProgram: start.isOwnProgram) {
        refusal = problem
      }
      worker.isReady = true
      return
    }
    guard kind == .answer else { throw RingReader.Damaged() }
    let answer = try Answer(&reader)
    guard let task = worker.given.first, task.index == answer.index else {
      throw RingReader.Damaged()
    }
    var cause: RemoteFailure.Cause?
    switch answer.kind {
    case .result: break
    case .coding: cause = .coding(text: try reader.text())
    case .thrown:
      cause = .thrown(type: try reader.text(), text: try reader.text())
    }
    worker.given.removeFirst()
    if answer.hasArrays { reader.shared = worker.mappedResults() }
    defer { if answer.hasArrays { worker.noteResultsRead() } }
    fruitlessDeaths.forget(in: worker.number)
    if worker.told != nil {
      // A task that fails because it was told to end has reached its limit.
      if cause != nil, let limit = options.timeLimit { cause = .timedOut(limit: limit) }
      worker.told = nil
      worker.clearCancellation()
    }
    worker.window.learn(nanoseconds: answer.nanoseconds, ranDry: worker.given.isEmpty)
    if let output = answer.output {
      worker.output.show(output, of: task.index, to: options.output)
    }
    if let cause {
      failed(task, cause, worker, "")
    } else {
      finish(task, worker, answer.nanoseconds, &reader)
    }
  }

  private func finish(
    _ task: GivenTask, _ worker: Worker, _ nanoseconds: Int, _ reader: inout ByteReader
  ) {
    do {
      job?.lastTask?.nanoseconds = nanoseconds
      try job?.finish(task.index, task.attempt, worker.number, &reader)
      ledger.succeeded(task.index)
    } catch let error as WorkerError {
      ledger.succeeded(task.index)
      refusal = error
    } catch {
      failed(task, .coding(text: "its result cannot be decoded: \(error)"), worker, "")
    }
  }

  private func failed(
    _ task: GivenTask, _ cause: RemoteFailure.Cause, _ worker: Worker, _ output: String
  ) {
    let decision = ledger.failed(task.index)
    // The failure shows the last words of its worker; where there is none, or a handler, they are shown as the rest was.
    if !output.isEmpty, decision == .retry || options.output != nil {
      worker.output.showAll(of: task.index, to: options.output)
    }
    guard decision == .final else { return }
    let failure = RemoteFailure(
      index: task.index, element: "", attempt: task.attempt, worker: worker.number, cause: cause,
      output: output, unshownOutput: output.isEmpty ? "" : worker.output.unshownWords,
      streamLine: nil, again: nil)
    do {
      try job?.fail(failure)
    } catch {
      refusal = error as? WorkerError ?? WorkerError(.checkpoint, "\(error)")
    }
  }

  /// Ends workers that have only tasks that nobody wants any more.
  private func endUnwantedTasks() {
    for case let worker? in workers
    where !worker.given.isEmpty && worker.given.all.allSatisfy({ $0.index >= ledger.limit }) {
      worker.isLeaving = true
      worker.kill()
    }
  }
}

// MARK: - Limits and deaths

extension ProcessPool {
  /// Looks for workers that have died, or have reached a limit.
  private func look() {
    let now = System.now
    guard let due = looks.due(now, limitsMemory: options.memory != nil) else { return }
    _ = receive()
    for case let worker? in workers {
      let status = apus_reap(worker.pid)
      if status != -1 {
        bury(worker, exitCode: status == -2 ? nil : Int(apus_exit_code(status)))
      } else {
        worker.checkTime(options, now)
        if due.memory { worker.checkMemory(options) }
        if due.output { worker.showLines(options) }
        worker.checkStart(now)
        worker.checkLeave(options, now)
      }
    }
  }

  /// Takes leave of a worker: what it had published counts, what it had begun has failed, the rest is given to others.
  private func bury(_ worker: Worker, exitCode: Int?) {
    worker.isGone = true
    _ = receive(from: worker)
    workers[worker.number] = nil
    let words = worker.output.lastWords
    var rest = worker.given.all
    let begun = rest.first.map { $0.index == worker.currentTask } ?? false
    if let first = rest.first, begun {
      // The task for which the worker was ended may have ended before; what it then began has failed in nothing.
      if worker.endingTask == nil || worker.endingTask == first.index {
        rest.removeFirst()
        failed(
          first, worker.cause(exitCode: exitCode, limit: options.memory?.byteCount), worker, words)
      }
    } else if !worker.isLeaving, !worker.isReady || !rest.isEmpty {
      fruitlessDeaths.add(in: worker.number)
      if fruitlessDeaths.areHopeless {
        refusal = WorkerError.fruitless(
          deaths: fruitlessDeaths.inARow, wereReady: worker.isReady,
          cause: worker.cause(exitCode: exitCode, limit: options.memory?.byteCount), words)
      }
    }
    for task in rest { ledger.unbegun(task.index) }
  }

  /// Tells all tasks to end, and ends the workers whose tasks do not within the grace time.
  private func endGivenTasks() {
    let end = System.now + options.grace.wholeNanoseconds
    for case let worker? in workers where !worker.given.isEmpty { worker.cancel(nil) }
    while workers.contains(where: { $0?.given.isEmpty == false }), System.now < end {
      job?.turn?(&ledger, 0)
      if !receive() { wait() }
      look()
    }
    for case let worker? in workers where !worker.given.isEmpty { worker.kill() }
  }
}

// MARK: - Waiting

extension ProcessPool {
  /// Waits until a worker has something to say or to end, or until it is time to look again.
  private func wait() {
    let living = workers.compactMap { $0 }
    let isQuick = living.contains { $0.window.isQuick && !$0.given.isEmpty }
    if isQuick, Spin.until({ living.contains { $0.hasMessage() } }) { return }
    // Where answers come thick and fast, workers need not ring for each at once.
    let isSteady = living.contains { $0.window.isSteady && !$0.given.isEmpty }
    if isSteady, waitAsleep(.lightly, living, PoolSleep.lightTime) { return }
    _ = waitAsleep(.soundly, living, options.waitingTime)
  }

  /// Sleeps for so many microseconds at most; returns whether there is something to look at.
  private func waitAsleep(_ sleep: PoolSleep, _ living: [Worker], _ time: Int64) -> Bool {
    asleep.set(sleep.rawValue)
    defer { asleep.set(PoolSleep.awake.rawValue) }
    fence()
    if living.contains(where: \.mustBeLookedAt) { return true }
    let descriptors = [bell.waiting] + living.map(\.watch) + (job?.watch.map { [$0] } ?? [])
    let ready = apus_wait(descriptors, Int32(descriptors.count), time)
    bell.silence()
    looks.hasten()
    return ready > 0
  }
}
