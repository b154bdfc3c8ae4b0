// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

/// NumPy's ziggurat tables (Marsaglia and Tsang 2000) with 256 layers, for doubles.
@usableFromInline
struct ZigguratTables: @unchecked Sendable {
  // Pointers to constants of the program; nobody writes them.

  @usableFromInline let k: UnsafePointer<UInt64>
  @usableFromInline let w: UnsafePointer<Double>
  @usableFromInline let f: UnsafePointer<Double>

  /// The same as the kernels take it.
  let pointers: apus_ziggurat_f64

  init(_ tables: apus_ziggurat_f64) {
    pointers = tables
    (k, w, f) = (tables.k, tables.w, tables.f)
  }

  @usableFromInline static let normal = ZigguratTables(apus_normal_f64())
  @usableFromInline static let exponential = ZigguratTables(apus_exponential_f64())

  /// The height at which a point of a layer lies, for a uniform `u`.
  @inlinable
  func height(layer: Int, _ u: Double) -> Double { (f[layer - 1] - f[layer]) * u + f[layer] }
}

/// The same for floats.
struct ZigguratFloatTables: @unchecked Sendable {
  // Pointers to constants of the program; nobody writes them.

  let k: UnsafePointer<UInt32>
  let w: UnsafePointer<Float>
  let f: UnsafePointer<Float>

  init(_ tables: apus_ziggurat_f32) {
    (k, w, f) = (tables.k, tables.w, tables.f)
  }

  static let normal = ZigguratFloatTables(apus_normal_f32())
  static let exponential = ZigguratFloatTables(apus_exponential_f32())

  func height(layer: Int, _ u: Float) -> Float { (f[layer - 1] - f[layer]) * u + f[layer] }
}

/// Words that a bulk draw has made and not used yet, then the generator itself.
struct WordSource<Generator: BitGenerator>: BitGenerator, @unchecked Sendable {
  // Lives on one thread within one bulk draw; conforms only to share the rare paths.

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
    kernel: ZigguratKernel, rare: (inout WordSource<Self>, UInt64) -> Double
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

  /// Fills `values` by a ziggurat: each needs at least one word, so drawing as many words as values
  /// are missing never draws one too many.
  ///
  /// `draw` makes the next words and in their place values of them, until they are too few for one, and
  /// says how many words it used; `rare` makes that one from a word with as many more as it needs.
  mutating func fillByZiggurat(
    _ values: UnsafeMutableBufferPointer<Double>, chunk: Int,
    rare: (inout WordSource<Self>, UInt64) -> Double,
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
        var source = WordSource(words: words, used: used, generator: self)
        let value = rare(&source, source.next())
        words[made] = value.bitPattern
        self = source.generator
        return made + 1
      }
    }
  }
}
