// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Words are read from contiguous bytes up to the last whole word.

/// A digest of 64 bits that tells changed or damaged bytes; it is no protection against forgery.
///
/// Words of eight bytes are folded in by products of 128 bits, as in wyhash.
package struct Digest: Sendable {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64 = 0x2545_F491_4F6C_DD1D

  package init() {}

  package mutating func fold(_ word: UInt64) {
    let product = (state ^ word).multipliedFullWidth(by: Self.factor)
    state = (product.high ^ product.low) &+ Self.factor
  }

  /// Folds in bytes, the last word filled with zeros, and their count.
  package mutating func fold(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { bytes in
      let whole = bytes.count & ~7
      for start in stride(from: 0, to: whole, by: 8) {
        fold(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
      }
      var last: UInt64 = 0
      for (place, byte) in bytes[whole...].enumerated() {
        last |= UInt64(byte) << UInt64(8 * place)
      }
      if whole < bytes.count { fold(last) }
      fold(UInt64(bytes.count))
    }
  }

  package mutating func fold(_ bytes: [UInt8]) { fold(bytes[...]) }

  package var value: UInt64 { (state ^ state >> 29) &* Self.factor }

  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var digest = Digest()
    digest.fold(bytes)
    return digest.value
  }
}
