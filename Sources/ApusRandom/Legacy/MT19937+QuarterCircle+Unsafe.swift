// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension MT19937 {
  /// Counts points in the quarter circle: `points` uniforms as x, the next `points` as y, and how
  /// many pairs have x² + y² < 1.
  ///
  /// The generator moves on by `2 * points` doubles.
  ///
  /// The classical estimate of π: `4 * hits / points`. Nothing is stored: a second generator starts
  /// where the y coordinates do.
  ///
  /// - Parameters:
  ///   - points: at least 0.
  ///   - jump: a jump of `2 * points` words, prepared once for many generators; without it the x
  ///     coordinates are stored, 8 bytes a point.
  /// - Complexity: O(`points`), memory O(1) with a jump.
  /// - Compatibility: the counts of NumPy's `x*x + y*y < 1` on the same draws, all of them
  ///   (`Tests/Vectors/rng/tutorial.json`).
  public mutating func quarterCircleHits(points: Int, jump: Jump? = nil) -> Int {
    guard let jump, points > 0 else { return hitsByArray(points) }
    precondition(
      jump.words == 2 * UInt128(points),
      "The jump must skip \(2 * points) words, not \(jump.words).")
    let start = self
    var second = self
    second.jump(jump)
    var hits = 0
    var left = points
    if position == Self.size {
      hits += hitsByBlock(&second, left / 312)
      left %= 312
    }
    while left > 0 {
      let chunk = min(left, BlockKernels.chunk)
      hits += hitsByArray(chunk, &second)
      left -= chunk
    }
    self = second
    // All words from the start on are drawn, though half of them by jumping over them.
    count = start.count
    count.drawn &+= 4 &* UInt64(points) &- UInt64(bitPattern: Int64(position - start.position))
    return hits
  }

  private mutating func hitsByArray(_ points: Int) -> Int {
    let x = uniforms(count: points)
    let y = uniforms(count: points)
    return BlockKernels.current.table.quarter_circle(x, y, points)
  }

  private mutating func hitsByArray(_ points: Int, _ second: inout MT19937) -> Int {
    let x = uniforms(count: points)
    let y = second.uniforms(count: points)
    return BlockKernels.current.table.quarter_circle(x, y, points)
  }

  private mutating func hitsByBlock(_ second: inout MT19937, _ blocks: Int) -> Int {
    guard blocks > 0 else { return 0 }
    makeUnique()
    second.makeUnique()
    let kernel = BlockKernels.current.table.mt_quarter_circle!
    var hits = 0
    for _ in 0..<blocks { hits += Int(kernel(block.state, second.block.state)) }
    return hits
  }
}
