// Part of Apus, Apache-2.0. See LICENSE.

/// The words with which R's `set.seed` fills a generator's state: those of an LCG after fifty warm-up steps.
struct RSeed {
  private var word: UInt32

  /// - Parameter seed: R's integer seed; negative ones are allowed.
  init(_ seed: Int32) {
    word = UInt32(bitPattern: seed)
    for _ in 0..<50 { _ = next() }
  }

  mutating func next() -> UInt32 {
    word = 69069 &* word &+ 1
    return word
  }
}
