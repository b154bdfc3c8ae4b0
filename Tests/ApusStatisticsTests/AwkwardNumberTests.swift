// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTables
import Testing

@testable import ApusStatistics

/// Functions of numbers answer for any doubles and for few of them: with a value of the right kind, never with a trap.
@Suite struct AwkwardNumberTests {
  static let awkward: [Double] = [
    0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 1, -1, 1e-300,
    -1e-300, 1e300, -1e300, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity,
    -.infinity, .nan,
  ]

  /// All samples of one and of two awkward numbers, and of two with an ordinary one.
  private var samples: [[Double]] {
    Self.awkward.map { [$0] } + Self.awkward.flatMap { a in Self.awkward.map { [a, $0] } }
      + Self.awkward.flatMap { a in Self.awkward.map { [a, 3, $0] } }
  }

  @Test func quantilesLieBetweenTheirNeighbours() {
    for sample in samples {
      for share in [0, 0.25, 0.5, 0.75, 1] {
        let found = Quantile.linear(of: sample, at: share)
        if sample.contains(where: \.isNaN) {
          #expect(found.isNaN)
          continue
        }
        let sorted = sample.sorted()
        let position = share * Double(sample.count - 1)
        let (below, above) = (sorted[Int(position)], sorted[Int(position.rounded(.up))])
        let isBetweenInfinities = below == -.infinity && above == .infinity
        #expect(
          isBetweenInfinities ? found.isNaN : below <= found && found <= above, "\(sample) \(share)"
        )
      }
    }
    #expect(Quantile.linear(of: [1, 2, .infinity, .infinity], at: 0.75) == .infinity)
    #expect(Quantile.linear(of: [.infinity, .infinity], at: 0.5) == .infinity)
    #expect(Quantile.linear(of: [-1e308, 1e308], at: 0.25) == -5e307)
  }

  @Test func momentsAreRightBeyondTheRangeOfSquares() {
    for sample in samples {
      let moments = Moments(sample)
      #expect(moments.count == sample.count)
      let isFinite = sample.allSatisfy { $0.isFinite && abs($0) < 1e301 }
      guard isFinite, sample.count > 1 else { continue }
      let spread = sample.reduce(-.infinity, max) / 2 - sample.reduce(.infinity, min) / 2
      let deviation = moments.standardDeviation / 2
      #expect(deviation <= spread * 1.5 && deviation >= spread * 0.5, "\(sample): \(deviation)")
    }
    #expect(Moments([1e300, -1e300]).standardDeviation == 2.0.squareRoot() * 1e300)
    #expect(Moments([7.473e-300, 10.444e-300]).standardDeviation > 2e-300)
    #expect(Moments([]).mean.isNaN && Moments([1]).standardDeviation.isNaN)
    #expect(Moments([1.2e308, 1.2e308]).standardDeviation == 0)
    #expect(Moments([1.2e308, 1e308]).standardDeviation > 1.4e307)
    var running = RunningMoments()
    for value in [1e308, -1e308] { running.add(value) }
    #expect(running.mean == 0 && running.variance == .infinity)
    for order in [[.infinity, 5.0], [5, .infinity], [5, .infinity, 6]] {
      let merged = order.reduce(RunningMoments()) { $0.merging(RunningMoments($1)) }
      #expect(merged.mean == .infinity && merged.variance.isNaN)
    }
  }

  @Test func agreementsAreRightBeyondTheRangeOfSquares() {
    for sample in samples {
      let agreement = Agreement(predicted: sample, observed: sample)
      guard sample.allSatisfy(\.isFinite) else { continue }
      #expect(agreement.meanSquaredError == 0 && agreement.rootMeanSquaredError == 0)
      #expect(agreement.correlation.isNaN || abs(agreement.correlation - 1) < 1e-12, "\(sample)")
    }
    for scale in [1.0, 1e300, 1e-300, 0x1p-1060] {
      let agreement = Agreement(
        predicted: [1, 2, 3].map { $0 * scale }, observed: [1, 2, 5].map { $0 * scale })
      #expect(abs(agreement.correlation - 0.9607689228305228) < 1e-3)
      #expect(abs(agreement.rootMeanSquaredError / scale - 1.1547005383792515) < 1e-3)
    }
    // Each side and the errors have a scale of their own.
    let apart = Agreement(predicted: [1e-200, 2e-200, 3e-200], observed: [1, 2, 3])
    #expect(abs(apart.correlation - 1) < 1e-12)
    let close = Agreement(predicted: [1e300, 1], observed: [1e300, 2])
    #expect(close.meanSquaredError == 0.5 && close.rootMeanSquaredError == 0.5.squareRoot())
    let far = Agreement(predicted: [1.5e308, -1.5e308], observed: [-1.5e308, 1.5e308])
    #expect(far.correlation == -1 && far.rSquared == -3)
    let none = Agreement(predicted: [], observed: [])
    #expect(none.correlation.isNaN)
  }

  @Test func bootstrapIntervalsMayBeInfinite() {
    var seed = Seed(42)
    let result = bootstrap(
      [0.0, 0, 0, 0, 0, 0, 0, 0, 0, 1], resamples: 1000, streams: seed.streams()
    ) { Double($0.count) / $0.reduce(0, +) }
    #expect(result.percentileInterval(level: 0.95) == 3.3333333333333335...Double.infinity)
    for sample in samples {
      let found = BootstrapResult(
        estimate: 0.0, replicates: sample, origin: result.origin
      ).percentileInterval(level: 0.5)
      if let found { #expect(found.lowerBound <= found.upperBound) }
      #expect(found != nil || !sample.allSatisfy(\.isFinite), "\(sample)")
    }
  }

  @Test func sumsOfFewAndAwkwardNumbersAreThoseOfPlainAddition() {
    for sample in samples {
      let sum = PairwiseSum.sum(sample)
      let expected = sample.reduce(0, +)
      #expect(sum == expected || (sum.isNaN && expected.isNaN), "\(sample)")
    }
    #expect(PairwiseSum.sum([]) == 0 && PairwiseSum.mean([]).isNaN)
  }

  @Test func forestsAndRegressionsAnswerOrRefuse() throws {
    for sample in samples where sample.count > 1 {
      let features = try FeatureTable(columns: [sample, sample.reversed()])
      if sample.allSatisfy(\.isFinite) {
        let data = try TrainingSet(features: features, values: sample)
        var seed = Seed(1)
        let forest = try RandomForestRegressor(
          data, options: ForestOptions(trees: 3), streams: seed.streams())
        let predicted = forest.predict(features.row(0))
        // Means are rounded at the size of the largest value.
        let size = sample.reduce(0) { max($0, abs($1)) }
        let (least, most) = (sample.min() ?? 0, sample.max() ?? 0)
        #expect(predicted >= least - size.ulp * 4 && predicted <= most + size.ulp * 4, "\(sample)")
      } else {
        #expect(throws: StatisticsError.self) {
          try TrainingSet(features: features, values: sample)
        }
      }
    }
  }
}
