// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The metadata of a broadcast: for whom it is and how it is to be answered.
package struct BroadcastMetadata {
  package let targets: [(uuid: String, id: Int)]
  package let isCoalescing: Bool
  /// All metadata, to be sent on.
  private let members: [String: JSONValue]

  /// - Throws: `malformed` without a list `targets` of pairs of uuid and number.
  package init(_ bytes: [UInt8]) throws(WireError) {
    guard let members = try JSONValue(bytes).object, let list = members["targets"]?.array else {
      throw WireError(.malformed, "a broadcast without targets")
    }
    var targets: [(String, Int)] = []
    for target in list {
      guard let pair = target.array, pair.count == 2, let uuid = pair[0].string,
        let id = pair[1].integer
      else { throw WireError(.malformed, "a broadcast's targets are pairs of uuid and number") }
      targets.append((uuid, id))
    }
    self.targets = targets
    self.members = members
    isCoalescing = members["is_coalescing"]?.bool ?? false
  }

  /// The metadata of each engine's copy.
  package func copy(originalID: MessageID) -> [UInt8] {
    var members = members
    members["original_msg_id"] = .string(originalID.text)
    members["targets"] = .array([])
    return JSONText(.object(members)).bytes
  }
}
