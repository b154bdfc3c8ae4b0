// Part of Apus, Apache-2.0. See LICENSE.

/// The singular values and vectors of the triangle (f, g; 0, h), each to almost full precision.
///
/// After Demmel and Kahan (1990), section 3: no cancellation, and no overflow unless a value itself overflows.
struct PairOfSingularValues<Element: BlockScalar> {
  /// The larger in magnitude, signed so that the rotations lead to it.
  let larger: Element
  let smallerSigned: Element
  let left: (cosine: Element, sine: Element)
  let right: (cosine: Element, sine: Element)

  var smaller: Element { smallerSigned.magnitude }

  init(_ f: Element, _ g: Element, _ h: Element) {
    // The larger element of the diagonal comes first; else rows and columns are exchanged.
    let isExchanged = h.magnitude > f.magnitude
    let (p, q) = isExchanged ? (h, f) : (f, h)
    let found = Self.solve(p, g, q)
    if isExchanged {
      left = (found.right.sine, found.right.cosine)
      right = (found.left.sine, found.left.cosine)
    } else {
      left = found.left
      right = found.right
    }
    // The sign of the element on which the larger value depends most.
    let sign: Element
    if g.magnitude > p.magnitude {
      sign = Self.sign(right.sine) * Self.sign(left.cosine) * Self.sign(g)
    } else if isExchanged {
      sign = Self.sign(right.sine) * Self.sign(left.sine) * Self.sign(h)
    } else {
      sign = Self.sign(right.cosine) * Self.sign(left.cosine) * Self.sign(f)
    }
    larger = sign * found.larger
    smallerSigned = sign * Self.sign(f) * Self.sign(h) * found.smaller
  }

  private typealias Found = (
    larger: Element, smaller: Element, left: (cosine: Element, sine: Element),
    right: (cosine: Element, sine: Element)
  )

  /// The values' magnitudes and the rotations for |p| >= |q|.
  private static func solve(_ p: Element, _ g: Element, _ q: Element) -> Found {
    let (a, b, c) = (p.magnitude, q.magnitude, g.magnitude)
    if c == 0 { return (a, b, (1, 0), (1, 0)) }
    if a / c < Element.ulpOfOne / 2 {
      let smaller = b > 1 ? a / (c / b) : a / c * b
      return (c, smaller, (1, q / g), (p / g, 1))
    }
    let difference = a - b
    let l = difference == a ? 1 : difference / a
    let m = g / p
    let t = 2 - l
    let s = (t * t + m * m).squareRoot()
    let r = l == 0 ? m.magnitude : (l * l + m * m).squareRoot()
    let mean = (s + r) / 2
    var tangent: Element
    if m * m != 0 {
      tangent = (m / (s + t) + m / (r + l)) * (1 + mean)
    } else if l == 0 {
      tangent = 2 * sign(p) * sign(g)
    } else {
      tangent = g / (difference * sign(p)) + m / t
    }
    let length = (tangent * tangent + 4).squareRoot()
    let right = (cosine: 2 / length, sine: tangent / length)
    let left = (
      cosine: (right.cosine + right.sine * m) / mean, sine: q / p * right.sine / mean
    )
    return (a * mean, b / mean, left, right)
  }

  private static func sign(_ x: Element) -> Element { x.sign == .minus ? -1 : 1 }
}
