// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Decides which CURVE keys a controller encrypts its connections with.
package enum ControllerCurveKeys {
  /// The keys of a controller that encrypts: those given to it, or fresh ones.
  ///
  /// - Parameters:
  ///   - publicKey: by default that of the secret key.
  ///   - secretKey: nil for fresh keys.
  /// - Throws: ``TransportError`` if the key is invalid or this libzmq cannot encrypt.
  static func chosen(
    publicKey: String?, secretKey: String?
  ) throws(TransportError) -> (keys: CurveKeys, areFresh: Bool) {
    guard let secretKey else { return (try CurveKeys.make(), true) }
    if let publicKey { return (CurveKeys(publicKey: publicKey, secretKey: secretKey), false) }
    return (try CurveKeys.from(secretKey: secretKey), false)
  }

  /// The keys of an earlier controller of a profile whose connection files are used again, or new ones, kept for the
  /// next controller in a file of mode 0600.
  package static func kept(in profile: Profile) throws -> CurveKeys {
    let part = profile.clusterID.isEmpty ? "" : "-\(profile.clusterID)"
    let path = profile.securityDirectory + "/ipcontroller\(part)-curve.json"
    if let data = FileManager.default.contents(atPath: path),
      let value = try? JSONValue(Array(data)), let publicKey = value["public"]?.string,
      let secretKey = value["secret"]?.string
    {
      return CurveKeys(publicKey: publicKey, secretKey: secretKey)
    }
    let keys = try CurveKeys.make()
    let text = JSONText(["public": .string(keys.publicKey), "secret": .string(keys.secretKey)])
    try Profile.write(text.bytes, to: path, mode: 0o600)
    return keys
  }
}
