// Part of Apus, Apache-2.0. See LICENSE.

extension Philox4x64 {
  /// Streams for a map inside this task, disjoint from this generator's own numbers.
  ///
  /// The first call gives sub-streams 1, 2, …, the second those from 2³² + 1 on, and so on, so that two maps
  /// in one task share no numbers. Sub-stream `j` has `j` in the counter's second word; the sub-streams of a
  /// sub-stream are numbered in the fourth word. The generator itself is sub-stream 0.
  ///
  /// A copy of a generator hands out the same sub-streams as the original: pass generators `inout`.
  ///
  /// - Precondition: at most two levels, enough for forests within folds within folds.
  /// - Complexity: O(1).
  /// - Compatibility: sub-stream `j` is NumPy's `advance(j << 64)` at the start of the task.
  public mutating func substreams() -> Streams<Philox4x64> {
    require(counter[3] == 0, "Sub-streams can be nested two levels deep, not three.")
    let word = counter[1] == 0 ? 1 : 3
    var first = [0, counter[1], counter[2], 0]
    first[word] = groupsTaken << 32 + 1
    groupsTaken += 1
    return Streams(
      at: StreamOrigin(.substreams(key: [key.low, key.high], counter: first, word: word)))
  }
}
