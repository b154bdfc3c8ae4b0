// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusStatistics
import TestSupport
import Testing

@Suite struct SummaryTests {
  static let counts = [1, 7, 8, 9, 127, 128, 129, 1000, 2047, 2048, 2049, 4097, 100_001]

  private func values(_ count: Int) -> [Double] {
    var generator = PCG64(SeedSequence(UInt128(count)))
    return generator.normals(count: count, mean: 0, standardDeviation: 1e8)
  }

  @Test(arguments: counts) func streamedSumsEqualStoredOnes(count: Int) {
    let values = values(count)
    var next = 0
    let streamed = PairwiseSum.sum(count: count) { buffer in
      for i in buffer.indices { buffer[i] = values[next + i] }
      next += buffer.count
    }
    #expect(streamed == PairwiseSum.sum(values))
    #expect(next == count)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func sumsAndMeansAreNumPys() throws {
    let program = """
      import numpy
      for n in \(Self.counts):
          x = numpy.random.default_rng(n).normal(0, 1e8, n)
          print('%016x' % x.sum().view(numpy.uint64), '%016x' % x.mean().view(numpy.uint64))
      """
    let mine = Self.counts.map { count in
      let values = values(count)
      let (sum, mean) = (PairwiseSum.sum(values), PairwiseSum.mean(values))
      return Hexadecimal.text(sum) + " " + Hexadecimal.text(mean)
    }
    #expect(try RealPython.lines(of: program) == mine)
  }

  @Test func noValuesHaveNoMean() {
    #expect(PairwiseSum.sum([]) == 0)
    #expect(PairwiseSum.mean([]).isNaN)
    #expect(Moments([1]).variance.isNaN)
  }

  @Test func agreementKnowsPerfectAndAbsentFits() {
    let perfect = Agreement(predicted: [1, 2, 3], observed: [1, 2, 3])
    #expect(perfect.correlation == 1 && perfect.rSquared == 1 && perfect.meanSquaredError == 0)
    let flat = Agreement(predicted: [2, 2, 2], observed: [1, 2, 3])
    #expect(flat.correlation.isNaN && flat.rSquared == 0)
    let opposite = Agreement(predicted: [3, 2, 1], observed: [1, 2, 3])
    #expect(opposite.correlation == -1 && opposite.rSquared == -3)
    #expect(opposite.rootMeanSquaredError == (8.0 / 3).squareRoot())
  }

  @Test func quantilesAreLinearBetweenNeighbours() {
    let sorted = [1.0, 2, 4, 8]
    #expect(Quantile.linear(of: sorted, at: 0) == 1 && Quantile.linear(of: sorted, at: 1) == 8)
    #expect(Quantile.linear(of: sorted, at: 0.5) == 3)
    #expect(Quantile.linear(of: [5], at: 0.3) == 5)
    #expect(Quantile.linear(of: [8, 1, 4, 2], at: 0.5) == 3, "in any order")
    #expect(Quantile.median(of: [3, 1, 2]) == 2)
    #expect(Quantile.median(of: [3, .nan, 2]).isNaN)
  }
}
