// Part of Apus, Apache-2.0. See LICENSE.

/// A number of bytes.
public struct MemorySize: Sendable, Hashable {
  /// The bytes.
  public let byteCount: Int

  package init(byteCount: Int) { self.byteCount = byteCount }

  /// - Parameter count: millions of bytes.
  public static func megabytes(_ count: Int) -> MemorySize {
    MemorySize(byteCount: count * 1_000_000)
  }

  /// - Parameter count: thousand millions of bytes.
  public static func gigabytes(_ count: Int) -> MemorySize {
    MemorySize(byteCount: count * 1_000_000_000)
  }
}

/// How a map of a remote function treats its tasks; all of it applies to worker processes, `retries` and `timeLimit` also to
/// threads.
public struct TaskOptions: Sendable {
  /// How often a task that has failed, or whose worker was lost, is begun again; default 0.
  public var retries = 0
  /// The time that a task may take; default none.
  ///
  /// A task beyond it is told to end, and after `grace` its worker is ended and replaced. A thread cannot be ended: there the task
  /// must look at ``TaskContext/isCancelled``.
  public var timeLimit: Duration?
  /// The time that a task is said to take; default none.
  ///
  /// On a cluster no engine begins a task that would outlast the engine's allocation. Elsewhere it has no effect.
  public var expected: Duration?
  /// The private memory that a worker may have; default none.
  ///
  /// Above it the worker is ended and replaced. Threads share the memory of their process: there a limit is refused.
  public var memory: MemorySize?
  /// The number of tasks after which a worker is replaced; default none.
  public var tasksPerWorker: Int?
  /// The private memory above which a worker is replaced when it has ended a task; default none.
  ///
  /// It is for code that leaks: unlike `memory`, it fails no task.
  public var replacementMemory: MemorySize?
  /// The time between the word to end and the end; default two seconds.
  public var grace: Duration = .seconds(2)
  /// Gets each line that a task writes, with the task's index.
  ///
  /// By default lines go to the standard error, preceded by the index.
  public var output: (@Sendable (_ index: Int, _ line: String) -> Void)?

  /// Whether each worker has one task at a time and workers are started only for tasks that are there, because tasks come one by one.
  package var givesSingly = false

  /// Makes options with their defaults.
  public init() {}

  /// Throws ``WorkerError`` if an option makes no sense.
  func validate(onThreads isOnThreads: Bool) throws {
    let wrong: String? =
      if isOnThreads && memory != nil {
        "memory is a limit of worker processes, and threads share that of this one: map with on: .processes"
      } else if retries < 0 {
        "retries must be at least 0, not \(retries)"
      } else if let tasksPerWorker, tasksPerWorker < 1 {
        "tasksPerWorker must be at least 1, not \(tasksPerWorker)"
      } else if let timeLimit, timeLimit <= .zero {
        "timeLimit must be above 0, not \(timeLimit)"
      } else if let expected, expected <= .zero {
        "expected must be above 0, not \(expected)"
      } else if let memory, memory.byteCount <= 0 {
        "memory must be above 0, not \(memory.byteCount) bytes"
      } else if let replacementMemory, replacementMemory.byteCount <= 0 {
        "replacementMemory must be above 0, not \(replacementMemory.byteCount) bytes"
      } else {
        nil
      }
    if let wrong { throw WorkerError(.invalidOptions, "\(wrong).") }
  }
}

extension TaskOptions {
  /// Hands a line to the handler, or writes it to the standard error with the task's index.
  func show(line: String, of index: Int) {
    if let output { return output(index, line) }
    System.writeError("task \(index): \(line)\n")
  }

  /// Microseconds after which a pool must look at its limits again.
  var waitingTime: Int64 {
    if memory != nil { return 10_000 }
    return timeLimit == nil ? 100_000 : 5_000
  }
}
