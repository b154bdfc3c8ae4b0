// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusWorkers

/// A slice of the pi job: the points in the quarter circle among those that NumPy draws after `numpy.random.seed(slice)`.
struct PiSlice: RemoteFunction {
  var points: Int

  func callAsFunction(_ slice: Int) -> Int {
    let jump = points > 10_000 ? JumpStorage.shared.jump(words: 2 * UInt128(points)) : nil
    var source = Streams.legacySeeds(from: 0).makeSource()[slice]
    return source.quarterCircleHits(points: points, jump: jump)
  }
}

/// The mean of the normals that NumPy draws after `numpy.random.seed(task)`.
struct MeanOfNormals: RemoteFunction {
  var draws: Int

  func callAsFunction(_ task: Int) -> Double {
    var source = Streams.legacySeeds(from: 0).makeSource()[task]
    return source.withRandomState { state in
      PairwiseSum.sum(count: draws) { state.fillNormal(&$0) } / Double(draws)
    }
  }
}
