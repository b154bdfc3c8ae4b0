// Part of Apus, Apache-2.0. See LICENSE.

/// A plane rotation that maps (f, g) to (length, 0).
struct Rotation<Element: BlockScalar> {
  let cosine: Element
  let sine: Element
  let length: Element

  static var none: Rotation { Rotation(cosine: 1, sine: 0, length: 0) }

  private init(cosine: Element, sine: Element, length: Element) {
    self.cosine = cosine
    self.sine = sine
    self.length = length
  }

  init(_ f: Element, _ g: Element) {
    if g == 0 {
      self.init(cosine: 1, sine: 0, length: f)
    } else if f == 0 {
      self.init(cosine: 0, sine: g < 0 ? -1 : 1, length: g.magnitude)
    } else {
      let larger = max(f.magnitude, g.magnitude)
      let (x, y) = (f / larger, g / larger)
      let root = (x * x + y * y).squareRoot()
      let length = f < 0 ? -root : root
      self.init(cosine: x / length, sine: y / length, length: larger * length)
    }
  }

  /// (c x + s y, c y - s x).
  func applied(_ x: Element, _ y: Element) -> (Element, Element) {
    (cosine * x + sine * y, cosine * y - sine * x)
  }
}
