// Part of Apus, Apache-2.0. See LICENSE.

/// The form in which ZeroMQ writes keys (ZeroMQ RFC 32): five characters for four bytes.
package enum Z85 {
  private static let alphabet = Array(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

  /// - Parameter bytes: a multiple of four.
  package static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 4) {
      var word = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      var group: [UInt8] = []
      for _ in 0..<5 {
        group.append(alphabet[Int(word % 85)])
        word /= 85
      }
      text += group.reversed()
    }
    return String(decoding: text, as: UTF8.self)
  }
}
