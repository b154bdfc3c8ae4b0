// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

/// What a worker may use, and how it is ended.
extension Worker {
  /// Nanoseconds within which a worker must have said that it is ready.
  private static let longestStart = 10_000_000_000
  static let killSignal: Int32 = 9

  /// Tells a task that has reached its time to end, and ends the worker if it does not within the grace time.
  func checkTime(_ options: TaskOptions, _ now: Int) {
    guard let limit = options.timeLimit, let task = given.first else { return }
    // The time counts from when the worker says that it has begun the task.
    guard currentTask == task.index else { return }
    if let told {
      if now - told.time > options.grace.wholeNanoseconds {
        end(.timedOut(limit: limit), of: told.index)
      }
    } else if now - currentBegin(now) > limit.wholeNanoseconds {
      told = (task.index, now)
      cancel(task.index)
    }
  }

  /// Ends the worker if it uses more memory than it may.
  func checkMemory(_ options: TaskOptions) {
    guard !given.isEmpty else { return }
    let used = Int(apus_memory_use(pid))
    lastMemory = max(lastMemory, used)
    if let limit = options.memory?.byteCount, used > limit {
      end(.outOfMemory(used: used, limit: limit), of: currentTask)
    }
  }

  /// Whether the worker has done all that it may and is to be replaced.
  func isUsedUp(_ options: TaskOptions) -> Bool {
    if let most = options.tasksPerWorker, tasksBegun >= most { return true }
    guard let limit = options.replacementMemory, given.isEmpty, tasksBegun > tasksMeasured else {
      return false
    }
    tasksMeasured = tasksBegun
    return Int(apus_memory_use(pid)) > limit.byteCount
  }

  /// Shows what the task in work has written so far.
  func showLines(_ options: TaskOptions) {
    guard let task = given.first, currentTask == task.index else { return }
    output.showLines(of: task.index, to: options.output) {
      // A task that has ended has published its answer before the next one can have written anything.
      !hasMessage() && currentTask == task.index
    }
  }

  func checkStart(_ now: Int) {
    if !isReady, now - started > Self.longestStart { kill() }
  }

  /// Whether it has said something, or there is room again for what waits to be sent.
  var mustBeLookedAt: Bool { hasMessage() || (hasWaiting && !beginWaitForRoom()) }

  /// Tells the worker to leave.
  func leave() {
    isLeaving = true
    leftAt = System.now
    send([MessageKind.stop.rawValue])
  }

  /// Ends a worker that was to leave and does not.
  func checkLeave(_ options: TaskOptions, _ now: Int) {
    if leftAt > 0, now - leftAt > options.grace.wholeNanoseconds { kill() }
  }

  /// Ends the worker for a reason that its task's failure names.
  ///
  /// - Parameter index: the task for which it is ended; nil for none in particular.
  func end(_ cause: RemoteFailure.Cause, of index: Int? = nil) {
    if ending == nil { (ending, endingTask) = (cause, index) }
    kill()
  }

  /// Ends the worker and what it has started.
  func kill() { signal(Self.killSignal) }
}
