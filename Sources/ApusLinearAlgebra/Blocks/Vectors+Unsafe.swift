// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The caller must pass pointers to at least `count` elements; writes never pass that end.

/// Loops over contiguous elements, on which the native factorisations are built.
enum Vectors<Element: BlockScalar> {
  typealias Pointer = UnsafeMutablePointer<Element>
  typealias Lanes = SIMD8<Element>

  @inline(__always)
  private static func lanes(_ pointer: Pointer) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  /// Σ x y, in eight partial sums.
  @inline(__always)
  static func dot(_ x: Pointer, _ y: Pointer, count: Int) -> Element {
    var sums = Lanes(repeating: 0)
    var i = 0
    while i + 8 <= count {
      sums += lanes(x + i) * lanes(y + i)
      i += 8
    }
    var sum = sums.sum()
    while i < count {
      sum += x[i] * y[i]
      i += 1
    }
    return sum
  }

  /// Σ 0 x: 0 if all numbers are finite, else NaN.
  @inline(__always)
  static func sumTimesZero(_ x: Pointer, count: Int) -> Element {
    var sums = Lanes(repeating: 0)
    var i = 0
    while i + 8 <= count {
      sums += lanes(x + i) * 0
      i += 8
    }
    var sum = sums.sum()
    while i < count {
      sum += x[i] * 0
      i += 1
    }
    return sum
  }

  /// y += factor x.
  @inline(__always)
  static func add(_ factor: Element, _ x: Pointer, to y: Pointer, count: Int) {
    for i in 0..<count { y[i] += factor * x[i] }
  }

  /// Applies a plane rotation to two vectors: (x, y) becomes (c x - s y, s x + c y).
  @inline(__always)
  static func rotate(_ x: Pointer, _ y: Pointer, cosine c: Element, sine s: Element, count: Int) {
    for i in 0..<count {
      let (first, second) = (x[i], y[i])
      x[i] = c * first - s * second
      y[i] = s * first + c * second
    }
  }

  /// The Euclidean length, without overflow.
  static func length(_ x: Pointer, count: Int) -> Element {
    let sum = dot(x, x, count: count)
    if sum.isFinite && sum > Element.leastNormalMagnitude / Element.ulpOfOne {
      return sum.squareRoot()
    }
    var largest: Element = 0
    for i in 0..<count { largest = max(largest, x[i].magnitude) }
    if largest == 0 || !largest.isFinite { return largest }
    var scaled: Element = 0
    for i in 0..<count { scaled += (x[i] / largest) * (x[i] / largest) }
    return largest * scaled.squareRoot()
  }

  /// Replaces x by the Householder reflector H = I - tau v vᵀ, with v[0] = 1, that maps x to (beta, 0, ...).
  ///
  /// Afterwards x holds beta and the rest of v.
  /// - Returns: tau.
  static func makeReflector(_ x: Pointer, count: Int) -> Element {
    guard count > 1 else { return 0 }
    let tail = length(x + 1, count: count - 1)
    if tail == 0 { return 0 }
    let alpha = x[0]
    let larger = max(alpha.magnitude, tail), ratio = min(alpha.magnitude, tail) / larger
    let norm = larger * (1 + ratio * ratio).squareRoot()
    let beta = alpha >= 0 ? -norm : norm
    let scale = alpha - beta
    for i in 1..<count { x[i] /= scale }
    x[0] = beta
    return (beta - alpha) / beta
  }
}
