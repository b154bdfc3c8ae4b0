// Part of Apus, Apache-2.0. See LICENSE.

extension Streams where Generator == MRG32k3a {
  /// R's streams, counted from the one that `set.seed` gives: task `t` is `t` leaps of 2¹²⁷ ahead.
  ///
  /// It is the stream that worker `t + 1` gets from `parallel::clusterSetRNGStream(cl, seed)`. Task `t` in R:
  ///
  /// ```r
  /// RNGkind("L'Ecuyer-CMRG"); set.seed(seed); for (i in seq_len(t)) .Random.seed <- parallel::nextRNGStream(.Random.seed)
  /// ```
  /// - Parameter seed: the argument of `set.seed`.
  /// - Complexity: O(log t) per stream.
  /// - Reproducibility: a function of `seed` and the task; two maps with the same seed draw the same numbers.
  /// - Compatibility: R 4.2. Streams of one seed are provably disjoint for 2¹²⁷ uniforms each. Streams of
  ///   different seeds overlap with probability about k²n / 2¹⁹¹ for k tasks of n uniforms; a few pairs of
  ///   seeds (such as 566427221 and −295372014) give the same state, which `apus random overlap` finds.
  public static func rStreams(setSeed seed: Int32) -> Streams<MRG32k3a> {
    let start = MRG32k3a(setSeed: seed)
    return Streams(origin: StreamOrigin(.rStreams(seed))) { start.jumped(UInt64($0)) }
  }

  /// The streams that `parallel::mclapply` uses without prescheduling: task `t` is `t + 1` leaps ahead.
  ///
  /// Task `t` draws what element `t + 1` of `mclapply(X, FUN, mc.preschedule = FALSE)` draws in R after
  /// `RNGkind("L'Ecuyer-CMRG"); set.seed(seed)`. That stream alone, in R:
  ///
  /// ```r
  /// RNGkind("L'Ecuyer-CMRG"); set.seed(seed); for (i in seq_len(t + 1)) .Random.seed <- parallel::nextRNGStream(.Random.seed)
  /// ```
  /// (With prescheduling, R's default, the numbers depend on the number of cores.)
  ///
  /// - Parameter seed: the argument of `set.seed`.
  /// - Complexity: O(log t) per stream.
  /// - Reproducibility: a function of `seed` and the task; two maps with the same seed draw the same numbers.
  /// - Compatibility: R 4.2; the guarantees are those of ``rStreams(setSeed:)``.
  public static func rMclapply(setSeed seed: Int32) -> Streams<MRG32k3a> {
    let start = MRG32k3a(setSeed: seed)
    return Streams(origin: StreamOrigin(.rMclapply(seed))) { start.jumped(UInt64($0) + 1) }
  }

  /// The streams that `future.apply` and `furrr` use with `future.seed = seed`.
  ///
  /// Task `t` is the first sub-stream of stream `t`. In R:
  ///
  /// ```r
  /// RNGkind("L'Ecuyer-CMRG"); set.seed(seed); for (i in seq_len(t)) .Random.seed <- parallel::nextRNGStream(.Random.seed); .Random.seed <- parallel::nextRNGSubStream(.Random.seed)
  /// ```
  /// - Parameter seed: the number given as `future.seed`.
  /// - Complexity: O(log t) per stream.
  /// - Reproducibility: a function of `seed` and the task; two maps with the same seed draw the same numbers.
  /// - Compatibility: future.apply 1.10 on R 4.2; provably disjoint for 2¹²⁷ − 2⁷⁶ uniforms each.
  public static func rFutureSeeds(setSeed seed: Int32) -> Streams<MRG32k3a> {
    var start = MRG32k3a(setSeed: seed)
    start.leap(substreams: 1)
    return Streams(origin: StreamOrigin(.rFutureSeeds(seed))) { [start] in
      start.jumped(UInt64($0))
    }
  }
}
