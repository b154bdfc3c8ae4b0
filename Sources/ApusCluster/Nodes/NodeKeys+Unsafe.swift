// Part of Apus, Apache-2.0. See LICENSE.
import ApusDigest
import ApusTransport

// Safety: The arrays have the lengths that the function is told.

/// The keys that follow from a secret, the same on both sides: one signs messages, a pair encrypts connections and shows a client
/// that the node knows the secret too.
///
/// They are stretched with PBKDF2 (RFC 8018), so that nobody who records a connection can try many secrets.
struct NodeKeys: Sendable, Hashable {
  let signing: String
  let curve: CurveKeys

  static let shortest = 8
  private static let rounds: Int32 = 600_000
  private static let salt = Array("Apus job server, version 1".utf8)

  init(secret: String) throws { try self.init(secret: Array(secret.utf8)) }

  /// - Throws: ``ClusterError`` if the secret is shorter than 8 bytes; ``TransportError`` if this libzmq cannot encrypt.
  init(secret: [UInt8]) throws {
    guard secret.count >= Self.shortest else {
      throw ClusterError(
        .invalidSecret, "The secret must have at least \(Self.shortest) bytes, not \(secret.count)."
      )
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard
      apus_stretch(
        secret, secret.count, Self.salt, Self.salt.count, Self.rounds, &bytes, bytes.count) == 1
    else { throw ClusterError(.invalidSecret, "The secret cannot be made into keys.") }
    signing = bytes[..<32].map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    curve = try CurveKeys.from(secretKey: Z85.text(Array(bytes[32...])))
  }
}
