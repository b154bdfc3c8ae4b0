// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Statistical tests between streams: whether the interleaved words of many streams pass for one
/// random sequence.
///
/// Other batteries (TestU01, PractRand) test single generators. A parallel program also needs streams
/// that are independent of each other, which faulty seeding prevents: equal seeds, seeds that differ
/// by one in a weak generator, overlaps. Five tests look for such faults:
///
/// 1. *pairs*: the upper four bits of adjacent and of other pairs of streams, by chi-square tests in
///    16 × 16 cells; the smallest p value of all pairs counts;
/// 2. *equal words in a round*: their number against a Poisson distribution, too many or too few;
/// 3. *repeated runs*: two consecutive words of a stream that recur anywhere, a sign of shifted overlaps;
/// 4. *bits of neighbours*: the balance of each bit in the exclusive or of adjacent streams;
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
    /// The value it measured, as text for people.
    public let statistic: String
    /// The p value: the probability of a result at least as extreme from independent streams.
    public let p: Double
    /// Whether ``p`` is at least ``InterStreamBattery/limit``.
    public var passes: Bool { p >= InterStreamBattery.limit }
  }

  /// The smallest number of words per stream: five per cell of the *pairs* test, on average.
  public static let minimumRounds = 1280

  /// The p value below which a test fails.
  public static let limit = 1e-4

  /// The five outcomes in order.
  public let outcomes: [Outcome]

  /// Whether all tests passed.
  public var passes: Bool { outcomes.allSatisfy(\.passes) }

  /// Tests words in rounds: the first word of each stream, then the second of each, and so on.
  ///
  /// - Parameters:
  ///   - words: `streams` · `rounds` words of 32 bits.
  ///   - streams: the number of streams, at least 2; thousands show what dozens hide.
  ///   - workers: threads to use; default `ThreadBudget.current`.
  /// - Complexity: O(n log n) for n words; 16 million take a few seconds.
  /// - Reproducibility: a function of the words.
  public init(words: [UInt32], streams: Int, workers: Int? = nil) {
    require(streams >= 2, "The battery needs at least 2 streams, not \(streams).")
    require(
      words.count % streams == 0 && words.count / streams >= Self.minimumRounds,
      "The battery needs the same number of words from each stream, at least \(Self.minimumRounds)."
    )
    let table = RoundTable(words: words, streams: streams)
    outcomes = [
      table.pairs(workers: workers), table.equalWords(workers: workers),
      table.repeatedRuns(workers: workers), table.neighbourBits(workers: workers),
      table.sums(),
    ]
  }
}
