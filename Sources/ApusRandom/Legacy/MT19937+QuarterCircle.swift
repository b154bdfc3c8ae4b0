// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

extension MT19937 {
  /// Counts random points with x² + y² < 1: the first `points` uniforms are x, the next `points` are y.
  ///
  /// The generator moves ahead by `2 * points` doubles. The classical estimate of π is `4 * hits / points`.
  /// With a jump nothing is stored: a second generator starts at the y coordinates.
  ///
  /// - Parameters:
  ///   - points: at least 0.
  ///   - jump: a jump of `2 * points` words, prepared once for many generators; without it all
  ///     coordinates are stored, 16 bytes per point.
  /// - Complexity: O(`points`), memory O(1) with a jump.
  /// - Compatibility: exactly NumPy's counts of `x*x + y*y < 1` on the same draws
  ///   (`Tests/Vectors/rng/tutorial.json`).
  public mutating func quarterCircleHits(points: Int, jump: Jump? = nil) -> Int {
    guard let jump, points > 0 else { return hitsByArray(points) }
    require(
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
    // All words from the start on count as drawn, although half of them were jumped over.
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
