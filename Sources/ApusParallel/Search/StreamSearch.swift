// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// A search for overlapping streams that regenerates all words.
///
/// It serves generators whose distance between two starting points cannot be computed: MT19937,
/// xoshiro256** and different seeds of R. For these `StreamOverlap` can only say how improbable an overlap
/// is; the search decides it for a given run.
///
/// Two intervals of a cycle overlap exactly if one begins within the other. So the search stores where each
/// task's stream begins, regenerates all words that the tasks drew and compares each position with the
/// stored beginnings.
public enum StreamSearch {
  /// Returns two tasks where the stream of one begins within the words that the other drew, or nil if there
  /// are none.
  ///
  /// - Parameters:
  ///   - uses: as recorded; maps whose overlap can be computed are skipped.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts searched tasks; default none.
  /// - Complexity: about 5 ns per word, 15 ns for R's generator; O(tasks) memory.
  public static func sharedPair(
    in uses: [StreamUse], workers: Int? = nil, progress: MapProgress? = nil
  ) -> (StreamTask, StreamTask)? {
    for family in Family.allCases {
      let tasks = uses.enumerated().flatMap { map, use in
        family.tasks(of: use, map: map)
      }
      if tasks.count < 2 { continue }
      if let pair = sharedPair(tasks, workers, progress) {
        return (named(pair.0, uses), named(pair.1, uses))
      }
    }
    return nil
  }

  /// Returns whether a generator's words can be searched.
  public static func covers(_ generator: String) -> Bool {
    [MT19937.name, Xoshiro256StarStar.name, "MRG32k3a"].contains(generator)
  }

  private static func named(_ task: SearchedTask, _ uses: [StreamUse]) -> StreamTask {
    StreamTask(
      map: task.map, task: task.task,
      line: uses[task.map].origin.reproducingLine(task: task.task))
  }

  private static func sharedPair(
    _ tasks: [SearchedTask], _ workers: Int?, _ progress: MapProgress?
  ) -> (SearchedTask, SearchedTask)? {
    let beginnings = Beginnings(
      tasks.parallelMap(workers: workers) { task in
        var words = task.makeWords()
        return words.window()
      })
    let found = tasks.indices.parallelMap(workers: workers, progress: progress) { i -> Int? in
      beginnings.taskWithin(tasks, i)
    }
    guard let i = found.indices.first(where: { found[$0] != nil }), let j = found[i] else {
      return nil
    }
    return (tasks[min(i, j)], tasks[max(i, j)])
  }
}

/// The generators whose words must be searched.
private enum Family: CaseIterable {
  case twister, xoshiro, combinedRecursive

  /// The tasks of a map that drew any words, if its generator belongs to this family.
  func tasks(of use: StreamUse, map: Int) -> [SearchedTask] {
    guard let make = maker(use.origin) else { return [] }
    return use.words.indices.filter { use.words[$0] > 0 }.map { task in
      SearchedTask(map: map, task: task, count: use.words[task]) { make(task) }
    }
  }

  private typealias Maker = @Sendable (Int) -> any SearchedWords

  private func maker(_ origin: StreamOrigin) -> Maker? {
    switch self {
    case .twister:
      guard let source = origin.twisters else { return nil }
      return { WordsOfTwister(source[$0]) }
    case .xoshiro:
      guard let source = origin.xoshiros else { return nil }
      return { WordsOfXoshiro(source[$0]) }
    case .combinedRecursive:
      guard let source = origin.combinedRecursives else { return nil }
      return { WordsOfMRG(source[$0]) }
    }
  }
}

/// A task whose words are regenerated.
struct SearchedTask: Sendable {
  let map: Int
  let task: Int
  let count: UInt64
  let makeWords: @Sendable () -> any SearchedWords
}

/// The starting points of all tasks, indexed by the first 64 bits of their streams.
struct Beginnings: Sendable {
  private var tasks: [UInt64: [Int]] = [:]
  /// One bit per hash of a beginning: rules out most positions without the dictionary.
  private var bits: [UInt64]
  private let mask: UInt64

  init(_ windows: [UInt64]) {
    let size = max(16, 64 - UInt64(windows.count).leadingZeroBitCount + 5)
    mask = 1 << UInt64(size) - 1
    bits = [UInt64](repeating: 0, count: 1 << (size - 6))
    for (i, window) in windows.enumerated() {
      tasks[window, default: []].append(i)
      let hash = hash(window)
      bits[Int(hash >> 6)] |= 1 << (hash & 63)
    }
  }

  private func hash(_ window: UInt64) -> UInt64 {
    (window &* 0x9e37_79b9_7f4a_7c15) >> 32 & mask
  }

  /// Returns another task that begins within the words of task `i`, if there is one.
  func taskWithin(_ all: [SearchedTask], _ i: Int) -> Int? {
    var words = all[i].makeWords()
    return words.search(all[i].count) { window, position in
      let hash = hash(window)
      guard bits[Int(hash >> 6)] >> (hash & 63) & 1 == 1 else { return nil }
      return tasks[window]?.first { $0 != i && isSame(all[i], position, all[$0]) }
    }
  }

  /// Whether a task continues from a position as another begins: 64 equal bits may be chance, 512 are not.
  private func isSame(_ one: SearchedTask, _ position: UInt64, _ other: SearchedTask) -> Bool {
    var here = one.makeWords()
    var there = other.makeWords()
    here.skip(position)
    return (0..<8).allSatisfy { _ in here.window() == there.window() }
  }
}
