// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusRecordLog

/// Which random numbers the tasks of a map have; it travels with the function.
@usableFromInline
struct TaskStreams: Codable, Sendable, Equatable {
  let origin: StreamOrigin
  /// The stream of the first task, and those of all if they were named.
  let first: Int
  let listed: [Int]?

  init(_ origin: StreamOrigin, first: Int = 0, listed: [Int]? = nil) {
    (self.origin, self.first, self.listed) = (origin, first, listed)
  }

  /// The streams of elements' own indices, or of those that are named.
  init<Elements: Collection>(_ origin: StreamOrigin, of elements: Elements, named: [Int]?) {
    let indices = TaskIndices(elements, named)
    self.init(origin, first: indices.first, listed: indices.listed)
  }

  /// The index of a task's stream.
  func index(of task: Int) -> Int { listed.map { $0[task] } ?? (first + task) }

  /// The line that makes a task's random numbers elsewhere.
  func reproducingLine(task: Int) -> String? { origin.reproducingLine(task: index(of: task)) }

  /// A digest of the indices; nil if the tasks have the streams from 0 on.
  var indexDigest: UInt64? {
    guard listed != nil || first != 0 else { return nil }
    return (try? BinaryEncoder.encode(listed ?? [first])).map { Digest.of($0) }
  }

  /// Makes the generators of tasks.
  struct Source: Sendable {
    private let streams: TaskStreams
    private let source: StreamSource<TaskStream>

    init(_ streams: TaskStreams) {
      self.streams = streams
      source = Streams<TaskStream>(at: streams.origin).makeSource()
    }

    /// The generator of a task.
    @inline(__always)
    subscript(task: Int) -> TaskStream { source[streams.index(of: task)] }
  }
}
