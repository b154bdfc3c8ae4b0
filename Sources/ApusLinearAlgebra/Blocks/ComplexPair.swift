// Part of Apus, Apache-2.0. See LICENSE.

/// A complex number with the operations that eigenvectors need.
struct ComplexPair<Element: BlockScalar> {
  var real: Element
  var imaginary: Element

  static func + (x: Self, y: Self) -> Self {
    Self(real: x.real + y.real, imaginary: x.imaginary + y.imaginary)
  }
  static func - (x: Self, y: Self) -> Self {
    Self(real: x.real - y.real, imaginary: x.imaginary - y.imaginary)
  }
  static func * (x: Self, y: Self) -> Self {
    Self(
      real: x.real * y.real - x.imaginary * y.imaginary,
      imaginary: x.real * y.imaginary + x.imaginary * y.real)
  }
  static func * (x: Element, y: Self) -> Self { Self(real: x * y.real, imaginary: x * y.imaginary) }

  /// Smith's division (1962), which does not overflow where the quotient does not.
  static func / (x: Self, y: Self) -> Self {
    if y.real.magnitude >= y.imaginary.magnitude {
      let ratio = y.imaginary / y.real, divisor = y.real + y.imaginary * ratio
      return Self(
        real: (x.real + x.imaginary * ratio) / divisor,
        imaginary: (x.imaginary - x.real * ratio) / divisor)
    }
    let ratio = y.real / y.imaginary, divisor = y.real * ratio + y.imaginary
    return Self(
      real: (x.real * ratio + x.imaginary) / divisor,
      imaginary: (x.imaginary * ratio - x.real) / divisor)
  }

  /// The larger magnitude of the two parts.
  var size: Element { max(real.magnitude, imaginary.magnitude) }
}
