// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Decides which engine gets which task and when: targets, dependencies, retries and timeouts as users of IPython
/// Parallel know them.
///
/// Goals, in this order: no task is lost or answered twice; the choices of IPython Parallel's scheduler; constant or
/// logarithmic time for each event, however many tasks wait and engines serve. It alone knows which engine has which
/// task. Of a finished task it keeps only the outcome (``TaskOutcomes``).
///
/// A pure value: events go in with their time, and what is to be done comes out of ``takeActions()``. The same events
/// at the same times lead to the same actions, so a recorded sequence can be replayed. `Payload` is what the driver
/// needs to send or answer a task.
package struct TaskScheduler<Payload> {
  /// Something that happened.
  package enum Event {
    case submitted(TaskID, TaskMetadata, Payload)
    case replied(TaskID, EngineID, ReplyMetadata)
    /// A task could not be sent to the engine that it was assigned to.
    case sendFailed(TaskID, EngineID)
    /// A client no longer wants these tasks.
    case abortRequested([TaskID])
    /// These tasks shall fail unless an engine has them, for this reason.
    case withdrawn([TaskID], RemoteError)
    /// An engine has joined, or one that had left is back, the same process as before.
    case engineJoined(EngineID)
    case engineHeard(EngineID)
    /// An engine has left; replies that are on their way are still accepted.
    case engineLeft(EngineID)
    /// No more replies of an engine are accepted; `reason` says how it ended.
    case engineGone(EngineID, reason: String)
    /// An earlier controller had this task.
    case restored(TaskID, TaskMetadata, Payload, Past)
    /// Under an earlier controller a task has ended, at this engine.
    case outcomeRestored(TaskID, hasCompleted: Bool, EngineID?)
    /// The engine that was to have this task does not.
    case notDelivered(TaskID, EngineID)
    case timePassed
  }

  /// What the driver must do.
  package enum Action {
    /// Send a task to an engine.
    case send(Payload, id: TaskID, engine: EngineID)
    /// Answer a task with an error, because it will not run any more; `engine` is the one that died with it.
    case fail(Payload, id: TaskID, RemoteError, engine: EngineID?)
  }

  /// What the driver must do with the message that an event came from.
  package enum Outcome {
    /// Nothing.
    case none
    /// Refuse the submission: its identifier was used before.
    case repeated
    /// Forward the reply: the task has ended.
    case finished
    /// Drop the reply: the task is tried on another engine.
    case retried
    /// Drop the reply: the task does not run on that engine.
    case unknownReply
    /// Answer these tasks as aborted.
    case aborted([(id: TaskID, payload: Payload)])
  }

  struct Engine {
    let id: EngineID
    /// Whether it is a Swift program, which cannot run Python's functions; it gets only tasks that name it as a target.
    let isSwift: Bool
    /// Never reused, so it tells which engine ran a task even after that engine is gone.
    let serial: UInt32
    /// The tasks that it has.
    var running: Set<JobReference> = []
    var load: Int { running.count }
    /// The tasks that it had when they were taken over, of which there may be more than it is given at a time: what the last
    /// controller wrote down lately may be lost.
    var restoredLoad = 0
    /// When it was last given a task, as a count of assignments; new engines come before all others.
    var stamp: Int
    /// Tasks that only this engine or a few others may run, in the order of their turns.
    var queue = Queue<JobReference>()
    /// False once it has left.
    var isHere = true
    /// Whether a task could not be sent to it; it is given none until it is heard again.
    var isSuspended = false
  }

  package let scheme: TaskScheme
  /// The most tasks at an engine at a time; 0 for no limit.
  package let highWaterMark: Int

  var jobs = JobTable<Payload>()
  var engines: [Engine?] = []
  var freeEngines: [Int] = []
  /// The slots of engines that are here or whose replies may still come.
  var slotOf: [EngineID: Int] = [:]
  /// Engines with room for tasks that name no target, and the Swift engines with room.
  var available = EngineHeap()
  var availableSwift = EngineHeap()
  var outcomes = TaskOutcomes()
  var unfinished: [TaskID: JobReference] = [:]
  /// For each unfinished task, the tasks that depend on it.
  var dependents: [TaskID: [JobReference]] = [:]
  /// Waiting tasks that any engine may run.
  var unrestrictedQueue = Queue<JobReference>()
  /// Waiting tasks that only some engines may run, kept for engines that join later.
  var parked: [JobReference] = []
  /// The count of parked tasks after the last clean-up.
  var parkedCount = 0
  var deadlines = DeadlineHeap<JobReference>()
  var actions: [Action] = []
  /// Tasks that have just ended and whose dependents have not been examined yet.
  var finished: [(TaskID, TaskOutcomes.Entry)] = []
  var turns = 0
  var stamps = 0
  var serials: UInt32 = 0
  var random: any RandomNumberGenerator

  /// Makes a scheduler without engines and tasks.
  ///
  /// - Parameters:
  ///   - highWaterMark: the most tasks at an engine at a time; 0 for no limit.
  ///   - random: draws for the schemes that choose at random.
  package init(
    scheme: TaskScheme = .leastload, highWaterMark: Int = 1, random: any RandomNumberGenerator
  ) {
    self.scheme = scheme
    self.highWaterMark = max(0, highWaterMark)
    self.random = random
  }

  /// Takes in an event.
  package mutating func handle(_ event: Event, at now: Instant) -> Outcome {
    switch event {
    case .submitted(let id, let metadata, let payload):
      return submit(id, metadata, payload, now: now) ? .none : .repeated
    case .replied(let id, let engine, let reply):
      return replied(id, from: engine, reply, now: now)
    case .sendFailed(let id, let engine): couldNotSend(id, to: engine, now: now)
    case .abortRequested(let ids): return .aborted(abort(ids, now: now))
    case .withdrawn(let ids, let error): withdraw(ids, error, now: now)
    case .engineJoined(let id): engineJoined(id, now: now)
    case .engineHeard(let id): engineHeard(id, now: now)
    case .engineLeft(let id): engineLeft(id, now: now)
    case .engineGone(let id, let reason): engineGone(id, reason: reason, now: now)
    case .restored(let id, let metadata, let payload, let past):
      return submit(id, metadata, payload, past: past, now: now) ? .none : .repeated
    case .outcomeRestored(let id, let hasCompleted, let engine):
      restore(outcome: id, hasCompleted: hasCompleted, at: engine)
    case .notDelivered(let id, let engine): wasNotDelivered(id, to: engine, now: now)
    case .timePassed: expire(now: now)
    }
    return .none
  }

  /// What must be done because of the events since the last call, in order.
  package mutating func takeActions() -> [Action] {
    if actions.isEmpty { return [] }
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  /// Moves what must be done into an array that is reused from call to call.
  ///
  /// - Parameter target: must be empty.
  /// - Returns: whether there is anything to do.
  package mutating func takeActions(into target: inout [Action]) -> Bool {
    if actions.isEmpty { return false }
    swap(&actions, &target)
    return true
  }

  /// When the next task times out.
  package mutating func nextDeadline() -> Instant? { deadlines.next() }
}

extension TaskJob.State {
  var isRunning: Bool { if case .running = self { true } else { false } }
}
