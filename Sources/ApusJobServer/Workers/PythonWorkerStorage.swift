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
    case cannotStart(String)
  }

  /// The process, and which functions it has.
  private struct Running {
    let process: PipedProcess
    var functions: [[UInt8]: FunctionPackage] = [:]
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
    queue.async { [self] in start() }
  }

  /// Runs a job; its end is reported.
  package func run(_ job: Session.Job) {
    queue.async { [self] in work(job) }
  }

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

  private func start() {
    if isStopped.load(ordering: .sequentiallyConsistent) { return }
    do throws(ProcessError) {
      let process = try PipedProcess(command.words, environment: command.environment)
      pid.store(process.child.pid, ordering: .sequentiallyConsistent)
      guard let hello = Self.receive(from: process, limit: 64),
        Int(String(decoding: hello, as: UTF8.self)) != nil,
        process.write(FrameReader.frame(Array("\(command.pickleProtocol)".utf8)))
      else {
        let how = end(process)
        return report(
          .cannotStart(
            "\(command.words.joined(separator: " ")) has not begun as a worker: it \(how)"))
      }
      running.value = Running(process: process)
      report(.ready)
    } catch {
      report(.cannotStart(error.description))
    }
  }

  private func work(_ job: Session.Job) {
    // One that met a broken job answers once more, and ends.
    if let process = running.value?.process, process.child.reap() != nil { restart() }
    guard running.value != nil else { return report(.died(Self.failure("no worker"), reason: "")) }
    if let answer = ask(job) {
      report(.answered(answer))
      if command.restarts {
        if let process = running.value?.process { _ = end(process) }
        restart()
      }
      return
    }
    let number = pid.load(ordering: .sequentiallyConsistent)
    let how = running.value.map { end($0.process) } ?? "has ended"
    let reason =
      "the worker process \(number) \(how) before it had a result; another one takes its place"
    report(.died(Self.failure(reason + "\n"), reason: reason))
    restart()
  }

  private func restart() {
    running.value = nil
    start()
  }

  /// - Returns: the answer of the process; nil if it has ended, or has written what is none.
  private func ask(_ job: Session.Job) -> [UInt8]? {
    guard let process = running.value?.process else { return nil }
    let function = job.package
    let isKnown = running.value?.functions[function.name] == function
    let head = isKnown ? [UInt8(ascii: "H")] + function.name : [UInt8(ascii: "N")] + function.bytes
    guard process.write(FrameReader.frame(head)), process.write(FrameReader.frame(job.arguments))
    else { return nil }
    running.value?.functions[function.name] = function
    return Self.receive(from: process, limit: command.longestResult)
  }

  private static func receive(from process: PipedProcess, limit: Int) -> [UInt8]? {
    guard let header = process.read(FrameReader.headerLength) else { return nil }
    let length = header.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(limit) else { return nil }
    return process.read(Int(length))
  }

  /// Ends a process, and says how it has ended.
  private func end(_ process: PipedProcess) -> String {
    process.closeInput()
    defer { pid.store(0, ordering: .sequentiallyConsistent) }
    // It has perhaps written what is no answer, and goes on.
    if let status = process.wait(milliseconds: 500) { return "\(status)" }
    process.child.killGroup()
    _ = process.wait(milliseconds: 5000)
    return "did not answer as a worker does, and was ended"
  }

  /// A result that says what was wrong, as pp gives one for a job that has raised.
  private static func failure(_ text: String) -> [UInt8] {
    PickleWriter.pickle(.tuple([.none, .text(text)]))
  }
}
