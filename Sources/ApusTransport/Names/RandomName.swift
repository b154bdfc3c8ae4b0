// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Unguessable names, from the system's entropy.
package enum RandomName {
  /// 32 hexadecimal digits.
  package static func session() -> String {
    var words = SeedSequence.fromSystem().entropy
    while words.count < 4 { words.append(0) }
    return words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// A key of 128 bits.
  package static func key() -> String {
    let text = session()
    return text.prefix(8) + "-" + text.dropFirst(8)
  }
}
