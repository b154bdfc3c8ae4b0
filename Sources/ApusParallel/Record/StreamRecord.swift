// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// Which random words the maps of a program used: give one to the maps and look at it afterwards.
///
/// ```swift
/// let record = StreamRecord()
/// let means = xs.parallelMap(streams: seed.streams(), record: record) { x, rng in x + rng.normal() }
/// try JSONEncoder().encode(record.uses).write(to: URL(filePath: "run.json"))
/// // apus random overlap run.json
/// ```
/// What is counted is how far the task's own generator went. Draws of a copy (`var mine = rng`) are not
/// seen: draw from `rng` itself. A generator that was moved or replaced is noted as unknown.
///
/// A record can follow several maps, also maps within tasks of others. Recording takes a lock per task,
/// about 50 ns.
public final class StreamRecord: Sendable {
  private let storage = StreamRecordStorage()

  /// Makes an empty record.
  public init() {}

  /// What was used until now, map by map.
  ///
  /// - Complexity: O(tasks).
  public var uses: StreamUses { StreamUses(maps: storage.maps) }

  /// A map with so many tasks begins; returns its number.
  @usableFromInline
  func begin(_ origin: StreamOrigin, tasks: Int) -> RecordedMap {
    RecordedMap(storage: storage, map: storage.begin(origin, tasks: tasks))
  }
}

/// One map of a record, while it runs.
@usableFromInline
struct RecordedMap: Sendable {
  let storage: StreamRecordStorage
  let map: Int

  /// A task is done, or has failed; nil if its words cannot be counted.
  @usableFromInline
  func note(_ task: Int, words: UInt64?) {
    storage.note(map, task, words)
  }
}

extension StreamSource {
  /// Runs a task with its generator and notes what it drew, also if it throws.
  @inlinable
  func run<Output>(
    _ task: Int, _ record: RecordedMap?, _ body: (inout Generator) throws -> Output
  ) rethrows -> Output {
    var generator = self[task]
    guard let record else { return try body(&generator) }
    let start = generator
    defer { record.note(task, words: generator.words(since: start)) }
    return try body(&generator)
  }
}
