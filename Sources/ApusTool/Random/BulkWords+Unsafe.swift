// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Foundation

// Safety: Bytes are read from arrays that live through the closures.

/// Raw words of one or more generators in turn, produced fast enough for test batteries.
struct BulkWords {
  private let isNarrow: Bool
  /// The number of 64-bit words that each generator makes at a time.
  private static let rounds = 512

  /// Makes a source of words, or nil for another kind of draw.
  ///
  /// - Parameter name: words or words32.
  init?(_ name: String) {
    guard name == "words" || name == "words32" else { return nil }
    isNarrow = name == "words32"
  }

  /// Writes words to standard output until `count` are written or the reader closes the pipe.
  func write(_ generators: [any BitGenerator], _ count: DrawOption.Count) throws {
    var generators = generators
    var left = Int.max
    if case .times(let times) = count { left = times }
    while left > 0 {
      var block = nextBlock(&generators)
      let size = isNarrow ? 4 : 8
      if block.count / size > left { block = block.prefix(left * size) }
      left -= block.count / size
      guard try Terminal.put(block) else { return }
      if count == .endless { left = .max }
    }
  }

  private func nextBlock(_ generators: inout [any BitGenerator]) -> Data {
    let streams = generators.count
    if isNarrow {
      var all = [UInt32](repeating: 0, count: streams * 2 * Self.rounds)
      for stream in generators.indices {
        let words = Self.narrowWords(&generators[stream])
        for (round, word) in words.enumerated() {
          all[round * streams + stream] = word.littleEndian
        }
      }
      return all.withUnsafeBytes { Data($0) }
    }
    var all = [UInt64](repeating: 0, count: streams * Self.rounds)
    for stream in generators.indices {
      let words = Self.words(&generators[stream])
      for (round, word) in words.enumerated() { all[round * streams + stream] = word.littleEndian }
    }
    return all.withUnsafeBytes { Data($0) }
  }

  private static func words<Generator: BitGenerator>(_ generator: inout Generator) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: rounds)
    var span = words.mutableSpan
    generator.fillWords(&span)
    return words
  }

  private static func narrowWords<Generator: BitGenerator>(
    _ generator: inout Generator
  ) -> [UInt32] {
    (0..<(2 * rounds)).map { _ in generator.nextUInt32() }
  }
}
