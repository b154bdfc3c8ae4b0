// Part of Apus, Apache-2.0. See LICENSE.
import ApusDigest

// Safety: The signer owns libcrypto's context and frees it exactly once. The caller must use a signer on one thread.

/// Signs messages with the key of a cluster and checks signatures.
///
/// The signature is the lower-case hexadecimal HMAC of the four JSON frames of a message. An empty key means
/// that messages are not signed. Use an instance from one thread only, because it holds the state of the
/// current message.
package final class MessageSigner {
  /// The scheme of nearly all clusters.
  package static let defaultScheme = "hmac-sha256"

  private let hmac: OpaquePointer?
  private var text = [UInt8](repeating: 0, count: 2 * Int(APUS_DIGEST_LONGEST))
  private var length = 0

  /// The signature of the last message that was finished.
  package var signature: [UInt8] { Array(text[..<length]) }

  /// - Parameters:
  ///   - key: the bytes of the key; empty for none.
  ///   - scheme: `hmac-` followed by the name of the digest in Python's `hashlib`.
  /// - Throws: `unusable` for an unknown digest.
  package init(key: [UInt8], scheme: String = defaultScheme) throws(WireError) {
    guard scheme.hasPrefix("hmac-") else {
      throw WireError(
        .unusable, "the signature scheme '\(scheme)' is not known; use \(Self.defaultScheme)")
    }
    guard !key.isEmpty else {
      hmac = nil
      return
    }
    let name = Self.openSSLName(scheme.dropFirst(5))
    hmac = key.withUnsafeBufferPointer { apus_hmac_make(name, $0.baseAddress, $0.count) }
    if hmac == nil {
      throw WireError(
        .unusable, "the signature scheme '\(scheme)' is not known; use \(Self.defaultScheme)")
    }
  }

  private init(copying other: MessageSigner) {
    hmac = other.hmac.map { apus_hmac_copy($0) } ?? nil
    precondition((hmac == nil) == (other.hmac == nil), "no memory for a signer")
  }

  /// A signer with the same key, for a message that is signed while others are.
  package var copy: MessageSigner { MessageSigner(copying: self) }

  deinit { apus_hmac_free(hmac) }

  /// Whether messages carry signatures at all.
  package var isSigning: Bool { hmac != nil }

  private static func openSSLName(_ name: Substring) -> String {
    switch name {
    case "blake2b": "BLAKE2b512"
    case "blake2s": "BLAKE2s256"
    default: name.split(separator: "_").joined(separator: "-").uppercased()
    }
  }

  package func begin() {
    if let hmac { apus_hmac_begin(hmac) }
  }

  package func update(_ frame: Span<UInt8>) {
    guard let hmac else { return }
    frame.withUnsafeBufferPointer { apus_hmac_update(hmac, $0.baseAddress, $0.count) }
  }

  /// Ends a message; its signature is then in ``signature``.
  package func finish() {
    guard let hmac else { return }
    length = apus_hmac_finish_text(hmac, &text)
  }

  /// Ends a message and returns whether a signature matches it, compared in constant time.
  package func finish(matches other: Span<UInt8>) -> Bool {
    guard isSigning else { return true }
    finish()
    guard other.count == length else { return false }
    return other.withUnsafeBufferPointer { other in
      other.baseAddress.map { apus_digest_equal($0, text, length) == 1 } ?? false
    }
  }

  /// Signs four frames at once.
  package func sign(_ frames: [[UInt8]]) -> [UInt8] {
    begin()
    for frame in frames { update(frame.span) }
    finish()
    return isSigning ? signature : []
  }
}
