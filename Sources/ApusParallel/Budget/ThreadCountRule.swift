// Part of Apus, Apache-2.0. See LICENSE.

/// How the text of an environment variable gives a number of threads.
///
/// Each rule is that of the programs that the variable is for, so that one setting means the same to all of them.
package enum ThreadCountRule: Sendable, Hashable {
  /// The first of numbers with commas between them, as `nproc` and OpenMP read `OMP_NUM_THREADS`.
  case openMP
  /// A number alone.
  case number
  /// What C's `atoi` reads, with anything after it, as OpenBLAS and BLIS do.
  case leadingInteger
  /// Digits alone; any other text means one thread, as with oneMKL.
  case digitsOrOne

  /// The number of threads; nil if the variable is ignored.
  package func count(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    let start = bytes.drop { Self.isSpace($0) }
    let count: Int?
    switch self {
    case .openMP:
      let digits = start.prefix { Self.isDigit($0) }
      let rest = start.dropFirst(digits.count).drop { Self.isSpace($0) }
      count = rest.isEmpty || rest.first == UInt8(ascii: ",") ? Self.number(digits) : nil
    case .number:
      let digits = start.prefix { Self.isDigit($0) }
      let rest = start.dropFirst(digits.count).drop { Self.isSpace($0) }
      count = rest.isEmpty ? Self.number(digits) : nil
    case .leadingInteger:
      let hasSign = start.first == UInt8(ascii: "+")
      count = Self.number(start.dropFirst(hasSign ? 1 : 0).prefix { Self.isDigit($0) })
    case .digitsOrOne:
      let isPlain = bytes.allSatisfy { Self.isDigit($0) }
      count = bytes.isEmpty ? nil : isPlain ? Self.number(bytes[...]) : 1
    }
    return count.flatMap { $0 >= 1 ? $0 : nil }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }

  private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }

  /// The number of digits, which must be some and in the range of 32 bits.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    Int32(String(decoding: digits, as: UTF8.self)).map { Int($0) }
  }
}
