// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// What can be asked about tasks.
extension TaskScheduler {
  /// The engines that have joined and have not left.
  package var enginesHere: Set<EngineID> {
    Set(engines.compactMap { $0 }.filter(\.isHere).map(\.id))
  }

  /// The count of tasks that have not ended.
  package var unfinishedCount: Int { jobs.count }

  /// The count of tasks that have not ended and that no engine has.
  ///
  /// - Complexity: O(engines).
  package var waitingCount: Int { jobs.count - engines.reduce(0) { $0 + ($1?.load ?? 0) } }

  /// Whether a task has been submitted and has not ended.
  package func isUnfinished(_ id: TaskID) -> Bool { unfinished[id] != nil }

  /// Whether a task has ended and its outcome is still kept.
  package func hasEnded(_ id: TaskID) -> Bool {
    let state = outcomes[id].state
    return state == .completed || state == .failed
  }

  /// The engine that has a task; nil if the task waits or has ended.
  package func engine(of id: TaskID) -> EngineID? {
    guard let reference = unfinished[id], case .running(let slot)? = jobs.state(reference) else {
      return nil
    }
    return engines[slot]?.id
  }

  /// The number of tasks that an engine has not answered.
  package func taskCount(at engine: EngineID) -> Int {
    slotOf[engine].flatMap { engines[$0]?.load } ?? 0
  }

  /// The tasks that an engine has.
  ///
  /// - Complexity: O(n log n) for n of them.
  package func tasks(at engine: EngineID) -> [TaskID] {
    slotOf[engine].map { running(at: $0).compactMap { jobs[$0]?.id } } ?? []
  }

  /// The tasks of the engine in a slot, in an order that follows from the events.
  func running(at slot: Int) -> [JobReference] {
    (engines[slot]?.running ?? []).sorted { $0.slot < $1.slot }
  }

  /// All unfinished tasks, in no order.
  ///
  /// - Complexity: O(n) for n unfinished tasks.
  package var unfinishedIDs: [TaskID] { Array(unfinished.keys) }
}
