// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Every reflection lies within the columns of the block, which the caller keeps alive. Factors stay where they are while
// they are applied.

/// Reflections of neighbouring columns that wait to be applied, so that many pass over a part of the rows while it is in cache.
///
/// Each row undergoes the same operations in the same order, however rows are divided.
struct ReflectorBatch<Element: BlockScalar> {
  /// Reflections of columns first...first + 2, first + 1...first + 3, and so on, and one of two columns at the end.
  private struct Sweep {
    var column: Int
    /// The position of its first factor; those up to the next sweep belong to it.
    var start: Int
    var last: Reflector<Element>?
  }

  private static var factorsOfOne: Int { 5 }

  private var factors: [Element] = []
  private var sweeps: [Sweep] = []
  private let limit: Int

  /// - Parameter columns: those of the block; so many reflections are gathered that copying the rows does not matter.
  init(columns: Int) { limit = max(64, columns) * 32 }

  /// Whether the reflections gathered so far should be applied.
  var isFull: Bool { factors.count >= Self.factorsOfOne * limit }

  /// Begins a sweep whose first reflection changes a column and the two after it.
  mutating func begin(at column: Int) { sweeps.append(Sweep(column: column, start: factors.count)) }

  /// Adds a reflection of three columns, one column further than the one before.
  mutating func append(_ reflector: Reflector<Element>) {
    let tau = reflector.tau
    factors += [
      tau, tau * reflector.second, tau * reflector.third, reflector.second, reflector.third,
    ]
  }

  /// Ends a sweep with a reflection of two columns.
  mutating func end(with reflector: Reflector<Element>) {
    sweeps[sweeps.count - 1].last = reflector
  }

  /// Calls a closure with the factors of the reflections that were added last.
  func withLast(_ count: Int, _ body: (UnsafePointer<Element>) -> Void) {
    factors.withUnsafeBufferPointer { factors in
      guard let base = factors.baseAddress else { return }
      body(base + factors.count - Self.factorsOfOne * count)
    }
  }

  /// Applies all reflections to the columns of a block and forgets them.
  mutating func apply(to block: Block<Element>, _ kernels: NativeKernels<Element>) {
    if sweeps.isEmpty { return }
    let threads = factors.count * block.rows < 1_000_000 ? 1 : ThreadShare.current
    block.forEachPieceOfRows(threads: threads) { [self] piece in
      for index in sweeps.indices { apply(index, to: piece, kernels) }
    }
    factors.removeAll(keepingCapacity: true)
    sweeps.removeAll(keepingCapacity: true)
  }

  private func apply(_ index: Int, to block: Block<Element>, _ kernels: NativeKernels<Element>) {
    let sweep = sweeps[index]
    let end = index + 1 < sweeps.count ? sweeps[index + 1].start : factors.count
    let count = (end - sweep.start) / Self.factorsOfOne
    let rows = 0..<block.rows, next = sweep.column + count
    factors.withUnsafeBufferPointer { factors in
      guard count > 0, let base = factors.baseAddress else { return }
      kernels.reflectColumnsInTurn(block.part(rows, sweep.column..<next + 2), base + sweep.start)
    }
    if let last = sweep.last, last.tau != 0 {
      last.withVector { kernels.reflectColumns(block.part(rows, next..<next + 2), $0, last.tau) }
    }
  }
}
