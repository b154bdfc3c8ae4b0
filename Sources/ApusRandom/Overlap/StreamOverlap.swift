// Part of Apus, Apache-2.0. See LICENSE.

/// Whether any two tasks shared random words: a proof from the generators' arithmetic, or the two tasks.
///
/// Two tasks share a word if both used the same position of the same generator's sequence. Each task is an
/// interval: of counters under a key (Philox, Threefry), of a congruential cycle (PCG64), of R's cycle, or of
/// the sequence identified by its starting state (SFC64, whose counter advances in step in all streams). The
/// intervals are sorted and neighbours compared. For MT19937, xoshiro256** and different seeds of R, no
/// arithmetic gives the distance between two starting states; the answer is then a bound on the probability
/// of an overlap.
///
/// ```swift
/// let report = StreamOverlap.check(record.uses.maps)
/// print(report.verdict)
/// ```
public struct StreamOverlap: Sendable, Hashable {
  /// The outcome of a check.
  public enum Verdict: Sendable, Hashable {
    /// It is proved that no two tasks shared a word.
    case disjoint
    /// All starting states differ, but the distances between them are unknown; the reasons state the
    /// probability of an overlap.
    case improbable([StreamOverlapBound])
    /// No task drew from its generator. (Draws from copies go unnoticed.)
    case idle
    /// These two tasks shared words.
    case shared(StreamTask, StreamTask)
    /// It is unknown which words these tasks used.
    case unknown([StreamTask])
  }

  /// The outcome.
  public let verdict: Verdict
  /// The number of tasks that drew at least one word.
  public let tasks: Int
  /// The total number of words they drew.
  public let words: UInt128

  /// Checks the uses of a program's maps together.
  ///
  /// - Parameter uses: what each map recorded.
  /// - Complexity: O(n log n) for n tasks, O(n) if the starts within each map ascend, as those of a ``Seed``
  ///   do.
  public static func check(_ uses: [StreamUse]) -> StreamOverlap {
    var families: [String: [StreamInterval]] = [:]
    var total: UInt128 = 0
    var unknown: [StreamTask] = []
    for (map, use) in uses.enumerated() {
      unknown += use.unknown.map { StreamTask(map: map, task: $0, line: use.line(of: $0)) }
      families[use.origin.generator, default: []] += use.intervals(map: map)
      for words in use.words { total += UInt128(words) }
    }
    let tasks = families.values.reduce(0) { $0 + $1.count }
    func report(_ verdict: Verdict) -> StreamOverlap {
      StreamOverlap(verdict: verdict, tasks: tasks, words: total)
    }
    for (generator, intervals) in families.sorted(by: { $0.key < $1.key }) {
      if let (a, b) = sharedPair(intervals, generator) {
        return report(.shared(named(a, uses), named(b, uses)))
      }
    }
    if !unknown.isEmpty { return report(.unknown(unknown)) }
    if tasks == 0 { return report(.idle) }
    let doubts = families.sorted { $0.key < $1.key }.compactMap { doubt($0.key, $0.value) }
    return report(doubts.isEmpty ? .disjoint : .improbable(doubts))
  }

  private static func named(_ interval: StreamInterval, _ uses: [StreamUse]) -> StreamTask {
    let (map, task) = (Int(interval.map), Int(interval.task))
    return StreamTask(map: map, task: task, line: uses[map].line(of: task))
  }
}

/// Why arithmetic cannot rule out that tasks shared words.
public struct StreamOverlapBound: Sendable, Hashable {
  /// The name of the generator in question.
  public let generator: String
  /// The reason, with the probability of an overlap where it is known.
  public let statement: String
}

/// A task of a recorded map.
public struct StreamTask: Sendable, Hashable {
  /// The map's number in the record, from 0.
  public let map: Int
  /// The task's index.
  public let task: Int
  /// The line of Python or R that makes its generator.
  public let line: String

  /// Makes a reference to a task.
  public init(map: Int, task: Int, line: String) {
    (self.map, self.task, self.line) = (map, task, line)
  }
}

extension StreamUse {
  func line(of task: Int) -> String { origin.reproducingLine(task: task) }
}

extension StreamOverlap {
  /// The first two overlapping intervals of one generator, if there are any.
  private static func sharedPair(
    _ intervals: [StreamInterval], _ generator: String
  ) -> (StreamInterval, StreamInterval)? {
    var intervals = intervals.sorted(by: StreamInterval.precedes)
    let isShort = generator == PCG64.name || generator == PCG64DXSM.name  // a cycle of 2^128
    if isShort { CongruentialCycles.position(&intervals, isDXSM: generator == PCG64DXSM.name) }
    var first = 0
    for (i, interval) in intervals.enumerated() {
      if intervals[first].sequence != interval.sequence { first = i }
      if i > 0 && intervals[i - 1].reaches(interval) { return (intervals[i - 1], interval) }
      let isLast = i + 1 == intervals.count || intervals[i + 1].sequence != interval.sequence
      if isLast && i > first && interval.comesAround(to: intervals[first], isShort: isShort) {
        return (intervals[first], interval)
      }
    }
    return nil
  }

  /// Why a generator's arithmetic leaves an overlap possible, or nil if it rules one out.
  private static func doubt(_ generator: String, _ intervals: [StreamInterval])
    -> StreamOverlapBound?
  {
    guard let first = intervals.first?.sequence, !provable.contains(generator) else { return nil }
    if intervals.allSatisfy({ $0.sequence == first }) { return nil }
    guard let cycle = cycles[generator] else {
      return StreamOverlapBound(
        generator: generator,
        statement: "not an Apus generator: seeds differ, but nothing is known about its sequences")
    }
    let longest = intervals.map(\.length).max() ?? 0
    let bits = 2 * log2(UInt128(intervals.count)) + log2(longest)
    return StreamOverlapBound(
      generator: generator,
      statement:
        "\(intervals.count) tasks with different starts on a cycle of 2^\(cycle) words; some pair "
        + "overlaps with probability below 2^\(bits - cycle)")
  }

  /// The generators for which comparing intervals decides everything.
  private static let provable: Set<String> = [
    Philox4x64.name, Philox4x32.name, Threefry4x64.name, Threefry4x32.name, PCG64.name,
    PCG64DXSM.name, SFC64.name,
  ]

  /// The cycle lengths of the other generators, as exponents of two.
  private static let cycles = [
    MT19937.name: 19937, Xoshiro256StarStar.name: 256, "MRG32k3a": 191,
  ]

  /// The logarithm to base 2, rounded up.
  private static func log2(_ value: UInt128) -> Int {
    value <= 1 ? 0 : 128 - (value - 1).leadingZeroBitCount
  }
}
