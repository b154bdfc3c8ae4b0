// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Cases of Random123 (generator, rounds, counter, key) and of xoshiro256** (a SplitMix64 seed).
extension Question {
  func knownAnswer() -> [String]? {
    guard let rounds = fields["rounds"]?.int, 0...72 ~= rounds,
      let counter = wordList("counter"), let key = wordList("key"), counter.count == 4
    else { return nil }
    switch (generatorName, key.count) {
    case ("philox4x32", 2):
      guard let c = narrow(counter), let k = narrow(key) else { return nil }
      return hex(Philox4x32.block(counter: simd4(c), key: SIMD2(k[0], k[1]), rounds: rounds))
    case ("philox4x64", 2):
      return hex(
        Philox4x64.block(counter: simd4(counter), key: SIMD2(key[0], key[1]), rounds: rounds))
    case ("threefry4x32", 4):
      guard let c = narrow(counter), let k = narrow(key) else { return nil }
      return hex(Threefry4x32.block(counter: simd4(c), key: simd4(k), rounds: rounds))
    case ("threefry4x64", 4):
      return hex(Threefry4x64.block(counter: simd4(counter), key: simd4(key), rounds: rounds))
    default: return nil
    }
  }

  /// The list that the case draws; without a draw, the state, the words, and the words after the jumps, in
  /// the order of the vectors.
  func xoshiroAnswer(splitMixSeed: String) -> [String]? {
    guard let seed = words64(ofInteger: splitMixSeed, count: 1)?[0] else { return nil }
    let start = Xoshiro256StarStar(splitMixSeed: seed)
    var long = start
    long.longJump()
    let lists: [(name: String, values: (Int) -> [String])] = [
      ("state", { _ in start.words.map(VectorText.text) }),
      ("raw", { words(of: start, $0) }),
      ("after_jump", { words(of: start.jumped(), $0) }),
      ("after_long_jump", { words(of: long, $0) }),
      ("after_2_jumps", { words(of: start.jumped(2), $0) }),
    ]
    if let draw {
      guard let list = lists.first(where: { $0.name == draw.name }) else { return nil }
      return list.values(draw.count ?? (draw.name == "raw" ? 20 : 10))
    }
    return lists.flatMap { $0.values($0.name == "raw" ? 20 : 10) }
  }

  private func words(of generator: Xoshiro256StarStar, _ count: Int) -> [String] {
    var generator = generator
    return (0..<count).map { _ in VectorText.text(generator.next()) }
  }

  private func wordList(_ name: String) -> [UInt64]? {
    guard let list = fields[name]?.array else { return nil }
    let words = list.compactMap { element in
      element.string.flatMap { words64(ofInteger: $0, count: 1)?.first }
    }
    return words.count == list.count ? words : nil
  }

  private func narrow(_ words: [UInt64]) -> [UInt32]? {
    let narrow = words.compactMap { UInt32(exactly: $0) }
    return narrow.count == words.count ? narrow : nil
  }

  private func simd4<Word: SIMDScalar>(_ words: [Word]) -> SIMD4<Word> {
    SIMD4(words[0], words[1], words[2], words[3])
  }

  private func hex<Word: FixedWidthInteger & SIMDScalar>(_ block: SIMD4<Word>) -> [String] {
    (0..<4).map { "0x" + String(block[$0], radix: 16) }
  }
}
