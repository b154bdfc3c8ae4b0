// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusWire
import Dispatch
import Synchronization

/// One worker process of Python, which is asked and waited for on a queue of its own.
package final class PythonWorker: Sendable {
  /// What has become of it.
  package enum News: Sendable {
    case ready
    /// What it has answered, as the client gets it.
    case answered([UInt8])
    /// It has ended in the midst of a job, and this is what the client gets; another process takes its place.
    case died([UInt8], reason: String)
    /// None could be started in the place of one that has ended; it is tried again.
    case missing(String)
    /// The first one could not be started.
    case cannotStart(String)
  }

  /// Why a process could not be started.
  private struct Problem {
    let text: String
    let wasKilled: Bool
  }

  /// The process, and which functions it has.
  private struct Running {
    let process: PipedProcess
    /// By their names, the digests of their bytes.
    var functions: [[UInt8]: [UInt8]] = [:]
  }

  private let command: WorkerCommand
  private let report: @Sendable (News) -> Void
  private let queue: DispatchQueue
  /// Used on the queue alone.
  private let running: OnQueue
  /// The number of the process, for those who end it.
  private let pid = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  private final class OnQueue: @unchecked Sendable {
    // Only closures on the worker's serial queue use it.
    var value: Running?
  }

  /// - Parameter report: is called on another thread.
  package init(
    _ number: Int, _ command: WorkerCommand, report: @escaping @Sendable (News) -> Void
  ) {
    (self.command, self.report) = (command, report)
    queue = DispatchQueue(label: "apus.worker.\(number)")
    running = OnQueue()
    queue.async { [self] in begin() }
  }

  /// Runs a job; its end is reported.
  package func run(_ job: Session.Job) {
    queue.async { [self] in work(job) }
  }

  /// Tries again to start it after a while.
  package func startLater() { queue.async { [self] in startAfterPause() } }

  /// Ends it, also in the midst of a job.
  package func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    kill()
    queue.sync { [self] in
      // One may have been started meanwhile.
      kill()
      _ = running.value?.process.wait(milliseconds: 5000)
      running.value = nil
    }
  }

  private func kill() {
    let number = pid.load(ordering: .sequentiallyConsistent)
    if number > 0 { ChildProcess.killGroup(of: number) }
  }

  // MARK: On the queue

  private func begin() {
    guard let problem = start() else { return report(.ready) }
    // Somebody has killed it, or the system has for want of memory: that says nothing of the command.
    problem.wasKilled ? tryAgain(problem) : report(.cannotStart(problem.text))
  }

  /// Starts a process.
  ///
  /// - Returns: why it could not be started.
  private func start() -> Problem? {
    do throws(ProcessError) {
      let process = try PipedProcess(command.words, environment: command.environment)
      pid.store(process.child.pid, ordering: .sequentiallyConsistent)
      if isStopped.load(ordering: .sequentiallyConsistent) { kill() }
      guard let hello = Self.receive(from: process, limit: 64),
        Int(String(decoding: hello, as: UTF8.self)) != nil,
        process.write(FrameReader.frame(Array("\(command.pickleProtocol)".utf8)))
      else {
        let (text, status) = end(process)
        var wasKilled = false
        if case .killed? = status { wasKilled = true }
        return Problem(
          text: "\(command.words[0]) has not begun as a worker: it \(text)", wasKilled: wasKilled)
      }
      running.value = Running(process: process)
      return nil
    } catch {
      return Problem(text: error.description, wasKilled: false)
    }
  }

  /// Starts another process in the place of one that has ended, again and again if that fails.
  private func restart() {
    if let process = running.value?.process { _ = end(process) }
    running.value = nil
    if isStopped.load(ordering: .sequentiallyConsistent) { return }
    guard let problem = start() else { return report(.ready) }
    tryAgain(problem)
  }

  private func tryAgain(_ problem: Problem) {
    report(.missing(problem.text))
    startAfterPause()
  }

  private func startAfterPause() {
    queue.asyncAfter(deadline: .now() + .seconds(2)) { [self] in restart() }
  }

  /// Starts another process in the place of one that has ended while it had no job.
  private func replaceIfEnded() {
    guard let process = running.value?.process, process.hasEnded() else { return }
    let number = process.child.pid
    report(
      .missing(
        "the process \(number) \(end(process).text) though it had no job; another one takes its place"
      ))
    running.value = nil
    if let problem = start() { report(.missing(problem.text)) }
  }

  private func work(_ job: Session.Job, isRepeated: Bool = false) {
    replaceIfEnded()
    if let answer = ask(job) {
      report(.answered(answer))
      if command.restarts { restart() }
      return
    }
    let number = pid.load(ordering: .sequentiallyConsistent)
    let ended: (text: String, status: ChildProcess.ExitStatus?) =
      running.value.map { end($0.process) } ?? ("has ended", nil)
    running.value = nil
    // One that was given a broken job before answers that, ends, and has not read this one.
    if ended.status == .exited(WorkerCommand.finished), !isRepeated, start() == nil {
      return work(job, isRepeated: true)
    }
    let reason =
      "the worker process \(number) \(ended.text) before it had a result; another one takes its place"
    report(.died(Self.failure(reason + "\n"), reason: reason))
    restart()
  }

  /// - Returns: the answer of the process; nil if it has ended, or has written what is none.
  private func ask(_ job: Session.Job) -> [UInt8]? {
    guard let process = running.value?.process else { return nil }
    let function = job.package
    let isKnown = running.value?.functions[function.name] == function.digest
    let head = isKnown ? [UInt8(ascii: "H")] + function.name : [UInt8(ascii: "N")] + function.bytes
    guard process.write(FrameReader.frame(head)), process.write(FrameReader.frame(job.arguments))
    else { return nil }
    running.value?.functions[function.name] = function.digest
    return Self.receive(from: process, limit: command.longestResult)
  }

  private static func receive(from process: PipedProcess, limit: Int) -> [UInt8]? {
    guard let header = process.read(FrameReader.headerLength) else { return nil }
    let length = header.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(limit) else { return nil }
    return process.read(Int(length))
  }

  /// Ends a process and what it has started, and says how it has ended.
  private func end(_ process: PipedProcess) -> (text: String, status: ChildProcess.ExitStatus?) {
    process.closeInput()
    let hasEnded = process.hasEnded(milliseconds: 500)
    process.child.killGroup()
    pid.store(0, ordering: .sequentiallyConsistent)
    let status = process.wait(milliseconds: 5000)
    guard hasEnded, let status else {
      return ("did not answer as a worker does, and was ended", nil)
    }
    return ("\(status)", status)
  }

  /// A result that says what was wrong, as pp gives one for a job that has raised.
  private static func failure(_ text: String) -> [UInt8] {
    PickleWriter.pickle(.tuple([.none, .text(text)]))
  }
}
