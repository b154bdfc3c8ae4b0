// Part of Apus, Apache-2.0. See LICENSE.

/// Statistical tests between streams: whether the words of many, taken in turn, pass for one random
/// sequence.
///
/// Generators are tested by others (TestU01, PractRand). What a parallel program needs besides is
/// that streams are independent of each other, which faults of seeding destroy: equal seeds, seeds
/// that differ by one in a weak generator, overlaps. Five tests look for those:
///
/// 1. *pairs*: the upper four bits of neighbouring and of other pairs of streams, chi-square of 16 × 16
///    cells, smallest of all pairs;
/// 2. *equal words in a round*: against the Poisson number, too many or too few;
/// 3. *repeated runs*: two words in a row that come twice anywhere, which shifted overlaps show;
/// 4. *bits of neighbours*: balance of each bit of the exclusive or of neighbouring streams;
/// 5. *sums over streams*: the variance of the sum over streams against that of independent uniforms.
///
/// ```swift
/// let battery = InterStreamBattery(words: words, streams: 64)
/// print(battery.passes)
/// ```
/// - Compatibility: p values are corrected for the number of pairs or bits that a test looks at; a test
///   fails below ``limit``. Five tests of a perfect scheme fail about once in 2,000 runs.
public struct InterStreamBattery: Sendable {
  /// One test's outcome.
  public struct Outcome: Sendable, Hashable {
    /// The test's name.
    public let name: String
    /// What it measured, for people.
    public let statistic: String
    /// The probability of something as extreme from independent streams.
    public let p: Double
    /// Whether ``p`` is not below ``InterStreamBattery/limit``.
    public var passes: Bool { p >= InterStreamBattery.limit }
  }

  /// Words of each stream that the cells of the pairs need: five a cell on average.
  public static let fewestRounds = 1280

  /// A test with a p value below it fails.
  public static let limit = 1e-4

  /// The five outcomes in order.
  public let outcomes: [Outcome]

  /// Whether all tests passed.
  public var passes: Bool { outcomes.allSatisfy(\.passes) }

  /// Tests words that lie round by round: the words of all streams, then their next ones, and so on.
  ///
  /// - Parameters:
  ///   - words: `streams` · `rounds` words of 32 bits.
  ///   - streams: at least 2; thousands show what dozens hide.
  ///   - workers: threads; default `ThreadBudget.current`.
  /// - Complexity: O(n log n) for n words; 16 million take a few seconds.
  /// - Reproducibility: a function of the words.
  public init(words: [UInt32], streams: Int, workers: Int? = nil) {
    precondition(streams >= 2, "The battery needs at least 2 streams, not \(streams).")
    precondition(
      words.count % streams == 0 && words.count / streams >= Self.fewestRounds,
      "The battery needs the same number of words of each stream, at least \(Self.fewestRounds).")
    let table = RoundTable(words: words, streams: streams)
    outcomes = [
      table.pairs(workers: workers), table.equalWords(workers: workers),
      table.repeatedRuns(workers: workers), table.neighbourBits(workers: workers),
      table.sums(),
    ]
  }
}
