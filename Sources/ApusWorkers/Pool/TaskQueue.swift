// Part of Apus, Apache-2.0. See LICENSE.

/// A task that is with a worker.
package struct GivenTask: Sendable, Hashable {
  package var index: Int
  package var attempt: Int

  package init(index: Int, attempt: Int) { (self.index, self.attempt) = (index, attempt) }
}

/// The tasks that a worker has, in the order in which it does them.
struct TaskQueue: Sendable {
  private var tasks: [GivenTask] = []
  private var start = 0

  var isEmpty: Bool { start == tasks.count }
  var count: Int { tasks.count - start }
  var first: GivenTask? { isEmpty ? nil : tasks[start] }
  var all: ArraySlice<GivenTask> { tasks[start...] }

  mutating func append(_ task: GivenTask) { tasks.append(task) }

  mutating func removeFirst() {
    start += 1
    if start == tasks.count || start >= 1024 {
      tasks.removeSubrange(..<start)
      start = 0
    }
  }
}
