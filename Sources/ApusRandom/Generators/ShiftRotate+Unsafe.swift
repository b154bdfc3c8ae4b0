// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Kernels get the state of the generator and a buffer with its count, and write no more. Callers use spans.

extension Words4<UInt64> {
  /// Fills `words` with a kernel that keeps its state in these four words.
  fileprivate mutating func fill(
    _ words: UnsafeMutableBufferPointer<UInt64>,
    _ kernel: (UnsafeMutablePointer<UInt64>?, UnsafeMutablePointer<UInt64>?, Int) -> Void
  ) {
    withUnsafeMutablePointer(to: &self) { state in
      state.withMemoryRebound(to: UInt64.self, capacity: 4) { state in
        kernel(state, words.baseAddress, words.count)
      }
    }
  }
}

extension SFC64 {
  /// Fills `words` with the next words.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    words.withUnsafeMutableBufferPointer {
      state.fill($0, BlockKernels.current.table.sfc64_words)
    }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    let kernels = BlockKernels.current
    kernels.fillDoubles(&values) { state.fill($0, kernels.table.sfc64_words) }
  }

  /// Fills `values` exactly as repeated calls to `exponential()` would.
  ///
  /// Words are made ahead while earlier ones are tried, which hides part of SFC64's latency: each of its
  /// words has to wait for the one before.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    let kernels = BlockKernels.current
    let tables = ZigguratTables.exponential.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(values, chunk: values.count) {
        $0.exponential(from: $1)
      } draw: { generator, words, used in
        var made = 0
        generator.state.fill(words) { state, words, count in
          words?.withMemoryRebound(to: Double.self, capacity: count) {
            made = kernels.table.sfc64_exponentials(tables, state, count, $0, &used)
          }
        }
        return made
      }
    }
  }
}

extension Xoshiro256StarStar {
  /// Fills `words` with the next words.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    words.withUnsafeMutableBufferPointer {
      fill($0)
    }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    BlockKernels.current.fillDoubles(&values) { fill($0) }
  }

  private mutating func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    state.fill(words, BlockKernels.current.table.xoshiro256_words)
    count.drawn &+= UInt64(words.count)
  }
}
