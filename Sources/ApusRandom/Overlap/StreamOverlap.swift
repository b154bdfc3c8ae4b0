// Part of Apus, Apache-2.0. See LICENSE.

/// Whether tasks shared random words: a proof from the arithmetic of the generators, or the pair.
///
/// Sharing a word means to have been at the same place of the same generator's sequence. Each task is
/// an interval: of counters under a key (Philox, Threefry), of a congruential cycle (PCG64), of R's
/// cycle, or of a sequence that its start names (SFC64, whose counter runs in step in all). Intervals
/// are sorted and neighbours compared. For MT19937, xoshiro256** and different seeds of R no arithmetic
/// tells the distance of two starts: then the answer is how improbable an overlap is.
///
/// ```swift
/// let report = StreamOverlap.check(record.uses.maps)
/// print(report.verdict)
/// ```
public struct StreamOverlap: Sendable, Hashable {
  /// What is known.
  public enum Verdict: Sendable, Hashable {
    /// No two tasks shared a word: proved.
    case disjoint
    /// No two tasks began alike, but the distance of their starts is not known; the reasons with the
    /// probability of an overlap.
    case improbable([StreamDoubt])
    /// No task drew from its generator. (Draws of copies are not seen.)
    case idle
    /// These two tasks shared words.
    case shared(StreamTask, StreamTask)
    /// The words of these tasks are not known.
    case unknown([StreamTask])
  }

  /// What is known.
  public let verdict: Verdict
  /// Tasks that drew at least one word.
  public let tasks: Int
  /// Words that they drew together.
  public let words: UInt128

  /// Checks the uses of a program's maps together.
  ///
  /// - Parameter uses: as recorded.
  /// - Complexity: O(n log n) for n tasks, O(n) if each map's starts ascend, as those of seeds do.
  public static func check(_ uses: [StreamUse]) -> StreamOverlap {
    var families: [String: [StreamPlace]] = [:]
    var total: UInt128 = 0
    var unknown: [StreamTask] = []
    for (map, use) in uses.enumerated() {
      unknown += use.unknown.map { StreamTask(map: map, task: $0, line: use.line(of: $0)) }
      families[use.origin.generator, default: []] += use.places(map: map)
      for words in use.words { total += UInt128(words) }
    }
    let tasks = families.values.reduce(0) { $0 + $1.count }
    func report(_ verdict: Verdict) -> StreamOverlap {
      StreamOverlap(verdict: verdict, tasks: tasks, words: total)
    }
    for (generator, places) in families.sorted(by: { $0.key < $1.key }) {
      if let (a, b) = sharedPair(places, generator) {
        return report(.shared(named(a, uses), named(b, uses)))
      }
    }
    if !unknown.isEmpty { return report(.unknown(unknown)) }
    if tasks == 0 { return report(.idle) }
    let doubts = families.sorted { $0.key < $1.key }.compactMap { doubt($0.key, $0.value) }
    return report(doubts.isEmpty ? .disjoint : .improbable(doubts))
  }

  private static func named(_ place: StreamPlace, _ uses: [StreamUse]) -> StreamTask {
    let (map, task) = (Int(place.map), Int(place.task))
    return StreamTask(map: map, task: task, line: uses[map].line(of: task))
  }
}

/// Why arithmetic cannot exclude that tasks shared words.
public struct StreamDoubt: Sendable, Hashable {
  /// The generator whose sequences are concerned.
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

  /// Makes a name for a task.
  public init(map: Int, task: Int, line: String) {
    (self.map, self.task, self.line) = (map, task, line)
  }
}

extension StreamUse {
  func line(of task: Int) -> String { origin.reproducingLine(task: task) }
}

extension StreamOverlap {
  /// The first pair of places of one generator that meet.
  private static func sharedPair(
    _ places: [StreamPlace], _ generator: String
  ) -> (StreamPlace, StreamPlace)? {
    var places = places.sorted(by: StreamPlace.precedes)
    let isShort = generator == PCG64.name || generator == PCG64DXSM.name  // a cycle of 2^128
    if isShort { CongruentialCycles.position(&places, isDXSM: generator == PCG64DXSM.name) }
    var first = 0
    for (i, place) in places.enumerated() {
      if places[first].sequence != place.sequence { first = i }
      if i > 0 && places[i - 1].reaches(place) { return (places[i - 1], place) }
      let isLast = i + 1 == places.count || places[i + 1].sequence != place.sequence
      if isLast && i > first && place.comesAround(to: places[first], isShort: isShort) {
        return (places[first], place)
      }
    }
    return nil
  }

  /// Why the arithmetic of a generator leaves room, if it does: two sequences that may be one.
  private static func doubt(_ generator: String, _ places: [StreamPlace]) -> StreamDoubt? {
    guard let first = places.first?.sequence, !provable.contains(generator) else { return nil }
    if places.allSatisfy({ $0.sequence == first }) { return nil }
    guard let cycle = cycles[generator] else {
      return StreamDoubt(
        generator: generator,
        statement: "no generator of Apus; seeds differ, but of its sequences nothing is known")
    }
    let longest = places.map(\.length).max() ?? 0
    let bits = 2 * log2(UInt128(places.count)) + log2(longest)
    return StreamDoubt(
      generator: generator,
      statement:
        "\(places.count) tasks with different starts on a cycle of 2^\(cycle); two overlap "
        + "with probability below 2^\(bits - cycle)")
  }

  /// Generators whose places tell all.
  private static let provable: Set<String> = [
    Philox4x64.name, Philox4x32.name, Threefry4x64.name, Threefry4x32.name, PCG64.name,
    PCG64DXSM.name, SFC64.name,
  ]

  /// The others' cycles, as powers of two.
  private static let cycles = [
    MT19937.name: 19937, Xoshiro256StarStar.name: 256, "MRG32k3a": 191,
  ]

  /// The logarithm to base 2, rounded up.
  private static func log2(_ value: UInt128) -> Int {
    value <= 1 ? 0 : 128 - (value - 1).leadingZeroBitCount
  }
}
