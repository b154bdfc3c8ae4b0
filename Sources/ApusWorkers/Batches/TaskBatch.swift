// Part of Apus, Apache-2.0. See LICENSE.

/// Some tasks of a map that travel together: for each a head and its element.
package struct TaskBatch {
  /// One task, and where its element is among the bytes.
  struct Entry {
    var task: GivenTask
    var element: Range<Int>
  }

  let bytes: [UInt8]
  private(set) var entries: [Entry] = []
  /// Entries by index, where the indices do not follow each other.
  private var places: [Int: Int] = [:]

  /// - Throws: an error if the bytes hold no tasks, or one twice.
  package init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var reader = ByteReader(bytes)
    var isConsecutive = true
    while !reader.isAtEnd {
      let head = try TaskHead(&reader)
      guard head.index >= 0, head.attempt >= 1 else {
        throw ByteReader.Malformed(description: "a task's index or attempt makes no sense")
      }
      let start = reader.position
      _ = try reader.take(head.elementSize)
      let first = entries.first?.task.index ?? head.index
      isConsecutive = isConsecutive && head.index == first + entries.count
      entries.append(
        Entry(
          task: GivenTask(index: head.index, attempt: head.attempt),
          element: start..<reader.position))
    }
    if entries.isEmpty { throw ByteReader.Malformed(description: "a batch has no tasks") }
    if isConsecutive { return }
    for (place, entry) in entries.enumerated() { places[entry.task.index] = place }
    guard places.count == entries.count else {
      throw ByteReader.Malformed(description: "a batch has a task twice")
    }
  }

  package var tasks: [GivenTask] { entries.map(\.task) }

  /// The entry of the task with an index; nil if it is not among these.
  func entry(_ index: Int) -> Entry? {
    guard places.isEmpty else { return places[index].map { entries[$0] } }
    let place = index - entries[0].task.index
    return entries.indices.contains(place) ? entries[place] : nil
  }
}

/// Puts the tasks of a batch together.
package final class TaskBatchWriter {
  private let writer = ByteWriter()
  package private(set) var tasks: [GivenTask] = []

  package init() {}

  package var byteCount: Int { writer.count }

  /// Appends a task, whose element a map's job knows.
  ///
  /// - Returns: what there is at the task's index; only an element that was encoded is in the batch then.
  /// - Throws: what the job throws; the batch is as before.
  package func append(_ task: GivenTask, of job: MapJob) throws -> MapJob.Element {
    let start = TaskHead.begin(writer, index: task.index, attempt: task.attempt)
    do {
      let element = try job.element(task.index, writer)
      guard case .encoded = element else {
        writer.truncate(to: start)
        return element
      }
      TaskHead.end(writer, start)
      tasks.append(task)
      return element
    } catch {
      writer.truncate(to: start)
      throw error
    }
  }

  /// Takes the batch out; the next one is empty.
  package func take() -> (bytes: [UInt8], tasks: [GivenTask]) {
    defer {
      writer.removeAll()
      tasks = []
    }
    return (writer.bytes, tasks)
  }
}
