// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// A record of the random words that a program's maps used: pass it to the maps and read it afterwards.
///
/// ```swift
/// let record = StreamRecord()
/// let means = xs.parallelMap(streams: seed.streams(), record: record) { x, rng in x + rng.normal() }
/// try JSONEncoder().encode(record.uses).write(to: URL(filePath: "run.json"))
/// // apus random overlap run.json
/// ```
/// It counts how many words the task's own generator drew. Draws from a copy (`var mine = rng`) are not
/// counted: draw from `rng` itself. If a task moves or replaces its generator, its words are recorded as
/// unknown.
///
/// A record can follow several maps, including nested ones. Recording takes a lock per task, about 50 ns.
public final class StreamRecord: Sendable {
  private let storage = StreamRecordStorage()

  /// Makes an empty record.
  public init() {}

  /// The words used so far, map by map.
  ///
  /// - Complexity: O(tasks).
  public var uses: StreamUses { StreamUses(maps: storage.maps) }

  /// Adds a map with `tasks` tasks and returns its entry.
  @usableFromInline
  func begin(_ origin: StreamOrigin, tasks: Int) -> RecordedMap {
    RecordedMap(storage: storage, map: storage.begin(origin, tasks: tasks))
  }
}

/// The entry of a running map in a record.
@usableFromInline
struct RecordedMap: Sendable {
  let storage: StreamRecordStorage
  let map: Int

  /// Records the words of a task that has returned or thrown; nil if they cannot be counted.
  @usableFromInline
  func note(_ task: Int, words: UInt64?) {
    storage.note(map, task, words)
  }
}

extension StreamSource {
  /// Runs a task with its generator and records how many words it drew, even if it throws.
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
