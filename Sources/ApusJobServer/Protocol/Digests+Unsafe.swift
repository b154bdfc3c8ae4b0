// Part of Apus, Apache-2.0. See LICENSE.
import ApusDigest

// Safety: Buffers live as long as a call, and are as long as the longest digest.

/// Digests without a key, as Parallel Python uses them.
enum Digests {
  static func sha1Text(_ bytes: [UInt8]) -> [UInt8] { text(digest("SHA1", bytes)) }
  static func md5Text(_ bytes: [UInt8]) -> [UInt8] { text(digest("MD5", bytes)) }
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest("SHA256", bytes) }

  private static func digest(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: APUS_DIGEST_LONGEST) { buffer, count in
      count = bytes.withUnsafeBytes {
        apus_digest(name, $0.baseAddress, $0.count, buffer.baseAddress)
      }
    }
  }

  /// Two lower-case hexadecimal digits for each byte.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// Whether bytes are the same, in a time that depends on their number alone.
  static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && !a.isEmpty && apus_digest_equal(a, b, a.count) == 1
  }
}
