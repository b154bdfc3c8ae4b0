// Part of Apus, Apache-2.0. See LICENSE.

/// Letters that nobody can guess, which a client must answer with its secret.
enum Nonce {
  static func make() -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    return (0..<16).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
  }
}
