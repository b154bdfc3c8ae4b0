// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import Synchronization

/// The jobs of one function at one place, whatever the function.
protocol JobLane: Sendable {
  /// Whether jobs have been given to it and have not ended.
  var isBusy: Bool { get }
  /// Ends it when its jobs have ended.
  func end()
  /// Ends it at once; its jobs are lost.
  func cancel()
}

/// A map that goes on: its elements are the jobs of one function at one place, in the order in which they are given to it.
final class FunctionLane<Function: RemoteFunction>: JobLane {
  typealias Call = JobCall<Function>

  private struct State {
    var waiting: [Call.Input] = []
    /// The jobs by their place in the map.
    var open: [Int: FunctionJob<Function>] = [:]
    var count = 0
    var isEnded = false
    /// Whether its map has ended, so that nobody looks for jobs any more.
    var isDead = false
    var wake: (@Sendable () -> Void)?
    var running: Task<Void, Never>?
  }

  private let state = Mutex(State())
  private let call: Call

  /// Begins the map.
  ///
  /// - Parameters:
  ///   - finish: gets each job that has ended.
  ///   - close: gets the error that has ended the map, if one has, and the jobs that have not ended.
  init(
    _ call: Call, on place: Place, _ options: TaskOptions,
    finish:
      @escaping @Sendable (FunctionJob<Function>, Result<Function.Output, RemoteFailure>) -> Void,
    close: @escaping @Sendable ((any Error)?, [FunctionJob<Function>]) -> Void
  ) {
    self.call = call
    let running = Task { [inputs = Inputs(lane: self)] in
      do {
        for try await (index, outcome) in inputs.parallelResults(
          call, on: place, lookAhead: Self.lookAhead, options: inputs.lane.numbered(options))
        {
          if let job = inputs.lane.take(index) {
            finish(job, outcome.mapError { call.numbered($0, job.number) })
          }
        }
        close(nil, inputs.lane.takeAll())
      } catch {
        close(error, inputs.lane.takeAll())
      }
    }
    state.withLock { $0.running = running }
  }

  /// More than ever are given to it: a place has as many jobs as workers.
  private static var lookAhead: Int { 1 << 20 }

  /// The options with a handler of lines that gets the numbers of jobs.
  private func numbered(_ options: TaskOptions) -> TaskOptions {
    var own = options
    own.givesSingly = true
    own.output = { [weak self] index, line in
      // One that comes late, or from an engine that is wrong, belongs to no job.
      guard let number = self?.number(of: index) else { return }
      guard let output = options.output else {
        return WorkerProcesses.writeError("job \(number): \(line)\n")
      }
      output(number, line)
    }
    return own
  }

  private func number(of index: Int) -> Int? { state.withLock { $0.open[index]?.number } }

  /// Gives it a job.
  ///
  /// - Returns: false if its map has ended.
  func run(_ job: FunctionJob<Function>) -> Bool {
    let (isTaken, wake) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
      guard !state.isDead else { return (false, nil) }
      state.waiting.append(Call.Input(number: job.number, element: job.element))
      state.open[state.count] = job
      state.count += 1
      return (true, state.wake)
    }
    wake?()
    return isTaken
  }

  var isBusy: Bool { state.withLock { !$0.open.isEmpty } }

  func end() {
    let wake = state.withLock { state in
      state.isEnded = true
      return state.wake
    }
    wake?()
  }

  func cancel() { state.withLock { $0.running }?.cancel() }

  private func take(_ index: Int) -> FunctionJob<Function>? {
    state.withLock { $0.open.removeValue(forKey: index) }
  }

  private func takeAll() -> [FunctionJob<Function>] {
    state.withLock { state in
      defer { (state.open, state.isDead) = ([:], true) }
      return Array(state.open.values)
    }
  }

  /// What the map reads.
  private struct Inputs: WaitingInputs, IteratorProtocol {
    let lane: FunctionLane

    var hasNext: Bool { lane.state.withLock { !$0.waiting.isEmpty || $0.isEnded } }

    func wakeWhenReady(_ wake: @escaping @Sendable () -> Void) {
      lane.state.withLock { $0.wake = wake }
      wake()
    }

    func next() -> Call.Input? {
      lane.state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }
  }
}
