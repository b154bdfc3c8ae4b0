// Part of Apus, Apache-2.0. See LICENSE.

/// A fixed number of steps of MRG32k3a, as a pair of matrices.
struct MRGStep: Sendable, Hashable {
  let first: ModularMatrix
  let second: ModularMatrix

  static let one = MRGStep(
    first: ModularMatrix(
      SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(4_294_967_087 - 810_728, 1_403_580, 0),
      modulus: 4_294_967_087),
    second: ModularMatrix(
      SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(4_294_944_443 - 1_370_589, 0, 527_612),
      modulus: 4_294_944_443))

  /// The steps over 1, 2, 4, … of R's streams of 2¹²⁷ uniforms, so that a leap needs no matrix products.
  static let streams: [MRGStep] = doublings(of: one.power(1 << 127))

  /// 2⁷⁶ steps: from one sub-stream to the next.
  static let substream = one.power(1 << 76)

  private static func doublings(of step: MRGStep) -> [MRGStep] {
    (0..<63).reduce(into: [step]) { powers, _ in
      powers.append(powers[powers.count - 1].power(2))
    }
  }

  func power(_ exponent: UInt128) -> MRGStep {
    MRGStep(first: first.power(exponent), second: second.power(exponent))
  }
}

/// A 3 × 3 matrix of integers modulo a prime below 2³².
struct ModularMatrix: Sendable, Hashable {
  private let rows: [SIMD3<UInt64>]
  private let modulus: UInt64

  init(
    _ first: SIMD3<UInt64>, _ second: SIMD3<UInt64>, _ third: SIMD3<UInt64>, modulus: UInt64
  ) {
    rows = [first, second, third]
    self.modulus = modulus
  }

  private func dot(_ a: SIMD3<UInt64>, _ b: SIMD3<UInt64>) -> UInt64 {
    (a[0] * b[0] % modulus + a[1] * b[1] % modulus + a[2] * b[2] % modulus) % modulus
  }

  private func image(of vector: SIMD3<UInt64>) -> SIMD3<UInt64> {
    SIMD3(dot(rows[0], vector), dot(rows[1], vector), dot(rows[2], vector))
  }

  func times(_ other: ModularMatrix) -> ModularMatrix {
    let columns = (0..<3).map { j in
      image(of: SIMD3(other.rows[0][j], other.rows[1][j], other.rows[2][j]))
    }
    func row(_ i: Int) -> SIMD3<UInt64> { SIMD3(columns[0][i], columns[1][i], columns[2][i]) }
    return ModularMatrix(row(0), row(1), row(2), modulus: modulus)
  }

  /// A power of the matrix, by repeated squaring: O(log `exponent`) products.
  func power(_ exponent: UInt128) -> ModularMatrix {
    var result = ModularMatrix(
      SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), modulus: modulus)
    var square = self
    var rest = exponent
    while rest != 0 {
      if rest & 1 == 1 { result = result.times(square) }
      rest >>= 1
      if rest != 0 { square = square.times(square) }
    }
    return result
  }

  func applied(to vector: Words3) -> Words3 {
    let image = image(of: SIMD3(vector.w0, vector.w1, vector.w2))
    return Words3(image[0], image[1], image[2])
  }
}
