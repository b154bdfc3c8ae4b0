// Part of Apus, Apache-2.0. See LICENSE.

/// The 32-bit words of a decimal (or 0x…) integer of any size, least significant first.
///
/// A leading minus gives the two's complement in eight words, as used for distances.
func words(ofInteger text: String) -> [UInt32]? {
  if text.hasPrefix("-") {
    guard !text.hasPrefix("--"), let magnitude = words(ofInteger: String(text.dropFirst())) else {
      return nil
    }
    return negated(magnitude, count: 8)
  }
  let isHex = text.lowercased().hasPrefix("0x")
  let digits = isHex ? text.dropFirst(2) : Substring(text)
  guard !digits.isEmpty else { return nil }
  var words: [UInt32] = [0]
  for digit in digits {
    guard digit.isASCII, let value = digit.hexDigitValue, isHex || value < 10 else { return nil }
    var carry = UInt64(value)
    for i in words.indices {
      let product = UInt64(words[i]) * (isHex ? 16 : 10) + carry
      words[i] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }
  return words
}

/// The lowest `count` 64-bit words of an integer.
func words64(ofInteger text: String, count: Int) -> [UInt64]? {
  guard let halves = words(ofInteger: text) else { return nil }
  func half(_ i: Int) -> UInt64 { i < halves.count ? UInt64(halves[i]) : 0 }
  return (0..<count).map { half(2 * $0) | half(2 * $0 + 1) << 32 }
}

private func negated(_ magnitude: [UInt32], count: Int) -> [UInt32] {
  var carry: UInt64 = 1
  return (0..<count).map { i in
    let sum = UInt64(~(i < magnitude.count ? magnitude[i] : 0)) + carry
    carry = sum >> 32
    return UInt32(truncatingIfNeeded: sum)
  }
}
