// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

/// A pair of CurveZMQ keys, as 40 characters of Z85 each.
package struct CurveKeys: Sendable, Hashable {
  package let publicKey: String
  package let secretKey: String

  package init(publicKey: String, secretKey: String) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// Generates a pair of keys from the system's entropy.
  ///
  /// - Throws: an error if this libzmq was built without encryption.
  package static func make() throws(TransportError) -> CurveKeys {
    var (publicKey, secretKey) = (
      [CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41)
    )
    guard zmq_curve_keypair(&publicKey, &secretKey) == 0 else { throw .last("generate CURVE keys") }
    return CurveKeys(publicKey: text(publicKey), secretKey: text(secretKey))
  }

  /// The pair of keys that belongs to a secret key.
  package static func from(secretKey: String) throws(TransportError) -> CurveKeys {
    var publicKey = [CChar](repeating: 0, count: 41)
    guard zmq_curve_public(&publicKey, secretKey) == 0 else {
      throw .last("use the CURVE secret key")
    }
    return CurveKeys(publicKey: text(publicKey), secretKey: secretKey)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
