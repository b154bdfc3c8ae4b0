// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: The table of kernels is a constant of the program. Each kernel gets a buffer with its count and writes no more.

/// The block kernels of one instruction set.
///
/// All levels give the same bits.
package struct BlockKernels: Sendable {
  /// Instruction sets, lowest first.
  package enum Level: Int32, CaseIterable, Sendable {
    case portable = 0
    case avx2 = 1
    case avx512 = 2

    /// The name used by the environment variable `APUS_KERNELS`.
    package var name: String { "\(self)" }

    package init?(named name: String) {
      guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }
  }

  package let level: Level
  let table: apus_kernels

  /// The kernels of a level, or nil where this processor lacks it.
  package init?(_ level: Level) {
    guard let table = apus_kernels_at(level.rawValue) else { return nil }
    self.level = level
    self.table = table.pointee
  }

  /// The highest level of this processor.
  package static var highest: BlockKernels {
    Level.allCases.reversed().lazy.compactMap { BlockKernels($0) }.first!
  }
}

extension BlockKernels {
  /// The number of words that a fill makes before converting them, so that they stay in the first-level
  /// cache.
  static let chunk = 1024

  /// Fills `values` with words and turns them into doubles in [0, 1) in place.
  func fillDoubles(
    _ values: inout MutableSpan<Double>, words: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) {
    values.withUnsafeMutableBufferPointer { values in
      var start = 0
      while start < values.count {
        let count = min(Self.chunk, values.count - start)
        let out = values.baseAddress! + start
        out.withMemoryRebound(to: UInt64.self, capacity: count) { chunk in
          words(UnsafeMutableBufferPointer(start: chunk, count: count))
          table.doubles(chunk, out, count)
        }
        start += count
      }
    }
  }
}
