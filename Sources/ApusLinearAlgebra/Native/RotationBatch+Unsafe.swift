// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The caller keeps the block alive, and every rotation lies within its columns.

/// Rotations of neighbouring columns that wait to be applied, so that many pass over a part of the rows while it is in cache.
///
/// Each row undergoes the same operations in the same order, however rows are divided.
struct RotationBatch<Element: BlockScalar> {
  /// Rotations of columns first, first + 1, …, in ascending order or backward.
  private struct Sweep {
    /// The first column, or the last if backward.
    var column: Int
    /// The position of its first rotation; those up to the next sweep belong to it.
    var start: Int
    var isBackward: Bool
  }

  private var pairs: [Element] = []
  private var sweeps: [Sweep] = []
  private let limit: Int

  /// - Parameter columns: those of the block; so many rotations are gathered that copying the rows does not matter.
  init(columns: Int) { limit = max(64, columns) * 32 }

  /// Whether the rotations gathered so far should be applied.
  var isFull: Bool { pairs.count >= 2 * limit }

  /// Adds a rotation to the sweep that was begun last: (x, y) becomes (c x + s y, c y - s x).
  @inline(__always)
  mutating func append(cosine: Element, sine: Element) {
    pairs.append(cosine)
    pairs.append(sine)
  }

  /// Begins a sweep whose first rotation is that of columns `first` and `first` + 1, the next that of the columns after it.
  mutating func begin(first: Int) {
    sweeps.append(Sweep(column: first, start: pairs.count, isBackward: false))
  }

  /// Begins a sweep whose first rotation is that of columns `last` - 1 and `last`, the next that of the columns before it.
  mutating func begin(last: Int) {
    sweeps.append(Sweep(column: last, start: pairs.count, isBackward: true))
  }

  /// Applies all rotations to the columns of a block and forgets them.
  mutating func apply(to block: Block<Element>, _ kernels: NativeKernels<Element>) {
    if pairs.isEmpty {
      sweeps = []
      return
    }
    let threads = pairs.count * block.rows < 400_000 ? 1 : ThreadShare.current
    block.forEachPieceOfRows(threads: threads) { [self] in apply(toCopy: $0, kernels) }
    pairs.removeAll(keepingCapacity: true)
    sweeps.removeAll(keepingCapacity: true)
  }

  private func apply(toCopy copy: Block<Element>, _ kernels: NativeKernels<Element>) {
    pairs.withUnsafeBufferPointer { pairs in
      guard let base = pairs.baseAddress else { return }
      var index = 0
      while index < sweeps.count {
        let sweep = sweeps[index], count = self.count(index)
        let first = sweep.isBackward ? sweep.column - count : sweep.column
        let columns = copy.part(0..<copy.rows, first..<first + count + 1)
        if count > 0, isSameAsNext(index) {
          kernels.rotateTwice(
            columns, count, base + sweep.start, base + sweeps[index + 1].start, sweep.isBackward)
          index += 2
        } else {
          kernels.rotate(columns, count, base + sweep.start, sweep.isBackward)
          index += 1
        }
      }
    }
  }

  /// The number of rotations of a sweep.
  private func count(_ index: Int) -> Int {
    let end = index + 1 < sweeps.count ? sweeps[index + 1].start : pairs.count
    return (end - sweeps[index].start) / 2
  }

  /// Whether the next sweep rotates the same columns in the same direction.
  private func isSameAsNext(_ index: Int) -> Bool {
    guard index + 1 < sweeps.count else { return false }
    let (sweep, next) = (sweeps[index], sweeps[index + 1])
    return sweep.isBackward == next.isBackward && sweep.column == next.column
      && count(index) == count(index + 1)
  }
}
