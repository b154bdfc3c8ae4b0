// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Words are made in the memory of the values that replace them; a value is written only where its
// word has been read. Callers use the fills of arrays and spans, which are safe.

/// A generator that returns the unused words of a bulk draw first, then draws new ones.
struct BufferedWordGenerator<Generator: BitGenerator>: BitGenerator, @unchecked Sendable {
  // Used by one thread within one bulk draw; conforms only to inherit the rare paths.

  let words: UnsafeMutableBufferPointer<UInt64>
  var used: Int
  var generator: Generator

  mutating func next() -> UInt64 {
    if used == words.count { return generator.next() }
    defer { used += 1 }
    return words[used]
  }

  mutating func nextUInt32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }

  static func double(from word: UInt64) -> Double { Generator.double(from: word) }
}

extension BitGenerator {
  typealias ZigguratKernel =
    @convention(c) (
      apus_ziggurat_f64, Int32, UnsafePointer<UInt64>?, Int, UnsafeMutablePointer<Double>?,
      UnsafeMutablePointer<Int>?
    ) -> Int

  /// Fills `values` by a ziggurat from words that `fillWords` makes, a chunk at a time.
  mutating func fillByZiggurat(
    _ values: UnsafeMutableBufferPointer<Double>, _ tables: apus_ziggurat_f64, isTwister: Bool,
    kernel: ZigguratKernel, rare: (inout BufferedWordGenerator<Self>, UInt64) -> Double
  ) {
    fillByZiggurat(values, chunk: BlockKernels.chunk, rare: rare) { generator, words, used in
      var span = words.mutableSpan
      generator.fillWords(&span)
      return words.withMemoryRebound(to: Double.self) {
        kernel(
          tables, isTwister ? 1 : 0, words.baseAddress, words.count, $0.baseAddress, &used)
      }
    }
  }

  /// Fills `values` by a ziggurat.
  ///
  /// Each value needs at least one word, so drawing one word per missing value never draws too many. `draw`
  /// makes the next words, overwrites them with values until too few are left for the next one, and reports
  /// how many words it used; `rare` makes that next value from its first word and as many more as it needs.
  mutating func fillByZiggurat(
    _ values: UnsafeMutableBufferPointer<Double>, chunk: Int,
    rare: (inout BufferedWordGenerator<Self>, UInt64) -> Double,
    draw: (inout Self, UnsafeMutableBufferPointer<UInt64>, inout Int) -> Int
  ) {
    var filled = 0
    while filled < values.count {
      let count = min(chunk, values.count - filled)
      let start = values.baseAddress! + filled
      filled += start.withMemoryRebound(to: UInt64.self, capacity: count) { words in
        let words = UnsafeMutableBufferPointer(start: words, count: count)
        var used = 0
        let made = draw(&self, words, &used)
        if used == count { return made }
        var source = BufferedWordGenerator(words: words, used: used, generator: self)
        let value = rare(&source, source.next())
        words[made] = value.bitPattern
        self = source.generator
        return made + 1
      }
    }
  }
}
