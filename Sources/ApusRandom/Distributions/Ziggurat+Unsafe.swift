// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

/// NumPy's ziggurat tables (Marsaglia and Tsang 2000) with 256 layers, for doubles.
@usableFromInline
struct ZigguratTables: @unchecked Sendable {
  // Pointers to constants of the program; nobody writes them.

  @usableFromInline let k: UnsafePointer<UInt64>
  @usableFromInline let w: UnsafePointer<Double>
  @usableFromInline let f: UnsafePointer<Double>

  init(_ tables: apus_ziggurat_f64) {
    (k, w, f) = (tables.k, tables.w, tables.f)
  }

  @usableFromInline static let normal = ZigguratTables(apus_normal_f64())
  @usableFromInline static let exponential = ZigguratTables(apus_exponential_f64())

  var pointers: apus_ziggurat_f64 { apus_ziggurat_f64(k: k, w: w, f: f) }

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
  var used = 0
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
  /// Fills `values` by a ziggurat: each needs at least one word, so drawing as many words as values
  /// are missing never draws one too many.
  ///
  /// `kernel` takes the common path until a word is refused; `rare` makes that word's value with as
  /// many more words as it needs.
  mutating func fillByZiggurat(
    _ values: UnsafeMutableBufferPointer<Double>,
    kernel: (UnsafePointer<UInt64>, UnsafeMutablePointer<Double>, Int) -> Int,
    rare: (inout WordSource<Self>, UInt64) -> Double
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: BlockKernels.chunk) { buffer in
      buffer.initialize(repeating: 0)
      var filled = 0
      while filled < values.count {
        let count = min(buffer.count, values.count - filled)
        let words = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        var span = words.mutableSpan
        fillWords(&span)
        var source = WordSource(words: words, generator: self)
        while source.used < count {
          let taken = kernel(
            words.baseAddress! + source.used, values.baseAddress! + filled, count - source.used)
          source.used += taken
          filled += taken
          if source.used < count {
            values[filled] = rare(&source, source.next())
            filled += 1
          }
        }
        self = source.generator
      }
    }
  }
}
