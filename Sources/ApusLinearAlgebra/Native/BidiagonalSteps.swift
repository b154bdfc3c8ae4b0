// Part of Apus, Apache-2.0. See LICENSE.

/// The singular values of a bidiagonal matrix by implicit QR steps (Golub and Kahan 1965), with a shift of zero where
/// small singular values need it (Demmel and Kahan 1990).
///
/// A value: it computes rotations and leaves it to the caller to apply them.
struct BidiagonalSteps<Element: BlockScalar> {
  /// A part that has not split yet, and the direction in which it is being worked on.
  private struct Part: Equatable {
    var first: Int
    var last: Int
    var isDownward: Bool
  }

  private(set) var d: [Element]
  private(set) var e: [Element]
  /// The rotations of the columns of U and of V.
  var left: RotationBatch<Element>
  var right: RotationBatch<Element>

  /// Elements beside the diagonal that are smaller than this are 0.
  private let negligible: Element
  private let tolerance: Element
  private var part: Part?
  private var end: Int
  private var stepsLeft: Int

  init(_ matrix: Bidiagonal<Element>) {
    d = matrix.diagonal
    e = matrix.above
    let n = d.count
    left = RotationBatch(columns: n)
    right = RotationBatch(columns: n)
    tolerance = 80 * Element.ulpOfOne / 2
    var (smallest, mu) = (d.first?.magnitude ?? 0, d.first?.magnitude ?? 0)
    for i in 0..<e.count where smallest > 0 {
      mu = d[i + 1].magnitude * (mu / (mu + e[i].magnitude))
      smallest = min(smallest, mu)
    }
    let lowest = tolerance * smallest / Element(max(n, 1)).squareRoot()
    let count = Element(max(n, 1))
    negligible = max(lowest, 6 * count * count * Element.leastNormalMagnitude)
    end = n - 1
    stepsLeft = 6 * n * max(n, 10)
  }

  /// Makes one step.
  ///
  /// - Returns: false if the matrix is diagonal, or if it does not converge.
  mutating func advance() -> Bool {
    guard end > 0, stepsLeft > 0 else { return false }
    let first = startOfPart()
    if first == end {
      end -= 1
    } else if first == end - 1 {
      solvePair(first)
      end -= 2
    } else {
      let part = choosePart(first)
      if let smallest = findSmallest(part) { step(part, smallest) }
    }
    return true
  }

  /// The number of elements beside the diagonal that are left.
  var unconverged: Int { e.prefix(max(end, 0)).count { $0 != 0 } }

  /// The first row of the part that ends at `end`; a negligible element before it becomes 0.
  private mutating func startOfPart() -> Int {
    var first = end
    while first > 0 {
      if e[first - 1].magnitude <= negligible {
        e[first - 1] = 0
        break
      }
      first -= 1
    }
    return first
  }

  /// A new part is worked on from its larger end to its smaller one.
  private mutating func choosePart(_ first: Int) -> Part {
    if let part, first >= part.first, end <= part.last {
      self.part = Part(first: first, last: end, isDownward: part.isDownward)
    } else {
      let isDownward = d[first].magnitude >= d[end].magnitude
      part = Part(first: first, last: end, isDownward: isDownward)
    }
    return part ?? Part(first: first, last: end, isDownward: true)
  }

  /// A lower bound of the part's singular values; nil if an element was found negligible.
  private mutating func findSmallest(_ part: Part) -> Element? {
    let (first, last) = (part.first, part.last)
    let final = part.isDownward ? last - 1 : first
    if e[final].magnitude <= tolerance * d[part.isDownward ? last : first].magnitude {
      e[final] = 0
      return nil
    }
    var mu = d[part.isDownward ? first : last].magnitude
    var smallest = mu
    for step in 0..<last - first {
      let i = part.isDownward ? first + step : last - 1 - step
      if e[i].magnitude <= tolerance * mu {
        e[i] = 0
        return nil
      }
      let next = d[part.isDownward ? i + 1 : i].magnitude
      mu = next * (mu / (mu + e[i].magnitude))
      smallest = min(smallest, mu)
    }
    return smallest
  }

  private mutating func step(_ part: Part, _ smallest: Element) {
    let (first, last) = (part.first, part.last)
    stepsLeft -= last - first
    var largest = d[last].magnitude
    for i in first..<last { largest = max(largest, d[i].magnitude, e[i].magnitude) }
    var shift: Element = 0
    let eps = Element.ulpOfOne / 2
    if Element(d.count) * tolerance * (smallest / largest) > max(eps, tolerance / 100) {
      let at = part.isDownward ? last - 1 : first
      shift = PairOfSingularValues(d[at], e[at], d[at + 1]).smaller
      let start = d[part.isDownward ? first : last].magnitude
      if start > 0, (shift / start) * (shift / start) < eps { shift = 0 }
    }
    if part.isDownward {
      right.begin(first: first)
      left.begin(first: first)
    } else {
      right.begin(last: last)
      left.begin(last: last)
    }
    switch (shift == 0, part.isDownward) {
    case (true, true): stepDownUnshifted(first, last)
    case (true, false): stepUpUnshifted(first, last)
    case (false, true): stepDown(first, last, shift)
    case (false, false): stepUp(first, last, shift)
    }
    let final = part.isDownward ? last - 1 : first
    if e[final].magnitude <= negligible { e[final] = 0 }
  }
}

// MARK: - Steps

extension BidiagonalSteps {
  private mutating func stepDownUnshifted(_ first: Int, _ last: Int) {
    var (inner, outer) = (Rotation<Element>.none, Rotation<Element>.none)
    for i in first..<last {
      inner = Rotation(d[i] * inner.cosine, e[i])
      if i > first { e[i - 1] = outer.sine * inner.length }
      outer = Rotation(outer.cosine * inner.length, d[i + 1] * inner.sine)
      d[i] = outer.length
      right.append(cosine: inner.cosine, sine: inner.sine)
      left.append(cosine: outer.cosine, sine: outer.sine)
    }
    let rest = d[last] * inner.cosine
    d[last] = rest * outer.cosine
    e[last - 1] = rest * outer.sine
  }

  private mutating func stepUpUnshifted(_ first: Int, _ last: Int) {
    var (inner, outer) = (Rotation<Element>.none, Rotation<Element>.none)
    for i in (first + 1...last).reversed() {
      inner = Rotation(d[i] * inner.cosine, e[i - 1])
      if i < last { e[i] = outer.sine * inner.length }
      outer = Rotation(outer.cosine * inner.length, d[i - 1] * inner.sine)
      d[i] = outer.length
      left.append(cosine: inner.cosine, sine: -inner.sine)
      right.append(cosine: outer.cosine, sine: -outer.sine)
    }
    let rest = d[first] * inner.cosine
    d[first] = rest * outer.cosine
    e[first] = rest * outer.sine
  }

  private mutating func stepDown(_ first: Int, _ last: Int, _ shift: Element) {
    var f = Self.start(d[first], shift)
    var g = e[first]
    for i in first..<last {
      let inner = Rotation(f, g)
      if i > first { e[i - 1] = inner.length }
      (f, e[i]) = inner.applied(d[i], e[i])
      g = inner.sine * d[i + 1]
      d[i + 1] *= inner.cosine
      let outer = Rotation(f, g)
      d[i] = outer.length
      (f, d[i + 1]) = outer.applied(e[i], d[i + 1])
      if i < last - 1 {
        g = outer.sine * e[i + 1]
        e[i + 1] *= outer.cosine
      }
      right.append(cosine: inner.cosine, sine: inner.sine)
      left.append(cosine: outer.cosine, sine: outer.sine)
    }
    e[last - 1] = f
  }

  private mutating func stepUp(_ first: Int, _ last: Int, _ shift: Element) {
    var f = Self.start(d[last], shift)
    var g = e[last - 1]
    for i in (first + 1...last).reversed() {
      let inner = Rotation(f, g)
      if i < last { e[i] = inner.length }
      (f, e[i - 1]) = inner.applied(d[i], e[i - 1])
      g = inner.sine * d[i - 1]
      d[i - 1] *= inner.cosine
      let outer = Rotation(f, g)
      d[i] = outer.length
      (f, d[i - 1]) = outer.applied(e[i - 1], d[i - 1])
      if i > first + 1 {
        g = outer.sine * e[i - 2]
        e[i - 2] *= outer.cosine
      }
      left.append(cosine: inner.cosine, sine: -inner.sine)
      right.append(cosine: outer.cosine, sine: -outer.sine)
    }
    e[first] = f
  }

  private static func start(_ d: Element, _ shift: Element) -> Element {
    (d.magnitude - shift) * ((d < 0 ? -1 : 1) + shift / d)
  }

  /// Makes the last two rows of a part diagonal.
  private mutating func solvePair(_ i: Int) {
    let pair = PairOfSingularValues(d[i], e[i], d[i + 1])
    d[i] = pair.larger
    d[i + 1] = pair.smallerSigned
    e[i] = 0
    right.begin(first: i)
    right.append(cosine: pair.right.cosine, sine: pair.right.sine)
    left.begin(first: i)
    left.append(cosine: pair.left.cosine, sine: pair.left.sine)
  }
}
