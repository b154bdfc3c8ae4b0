// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// An engine that a broadcast is for, as its client names it.
package struct BroadcastTarget: Sendable, Hashable {
  package let id: EngineID
  package let number: Int
}

/// The metadata of a broadcast: which engines it is for, and whether their replies are coalesced.
package struct BroadcastMetadata {
  package private(set) var targets: [BroadcastTarget] = []
  package private(set) var isCoalescing = false
  private let bytes: [UInt8]

  /// The most engines that a broadcast may address.
  package static let maximumTargets = EngineRegistry.maximumCount

  /// - Throws: `malformed` unless there is a list `targets` of pairs of uuid and ID.
  package init(_ bytes: [UInt8]) throws(WireError) {
    self.bytes = bytes
    let span = bytes.span
    var members = try JSONMembers(span)
    var list: Range<Int>?
    while let member = try members.next(span) {
      if span.holds("targets", at: member.key) {
        list = member.value
      } else if span.holds("is_coalescing", at: member.key) {
        isCoalescing = span.holds("true", at: member.value)
      }
    }
    guard let list else { throw WireError(.malformed, "a broadcast without targets") }
    if let plain = try Self.plainTargets(span, list) {
      targets = plain
    } else {
      targets = try Self.anyTargets(span.copy(list))
    }
  }

  /// Parses targets as all clients write them, `[["uuid", 5], …]`; a JSON decoder takes 5 ms for a thousand.
  ///
  /// - Returns: nil for any other form.
  private static func plainTargets(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WireError) -> [BroadcastTarget]? {
    var targets: [BroadcastTarget] = []
    var index = range.lowerBound
    func skip(_ byte: UInt8) -> Bool {
      while index < range.upperBound, bytes[index] == 0x20 { index += 1 }
      guard index < range.upperBound, bytes[index] == byte else { return false }
      index += 1
      return true
    }
    guard skip(UInt8(ascii: "[")) else { return nil }
    while skip(UInt8(ascii: "[")) {
      guard skip(UInt8(ascii: "\"")) else { return nil }
      let start = index
      while index < range.upperBound, bytes[index] != UInt8(ascii: "\"") {
        if bytes[index] == UInt8(ascii: "\\") { return nil }
        index += 1
      }
      let name = String(decoding: bytes.copy(start..<index), as: UTF8.self)
      guard skip(UInt8(ascii: "\"")), skip(UInt8(ascii: ",")) else { return nil }
      _ = skip(0x20)
      var number = 0
      let first = index
      while index < range.upperBound, (0x30...0x39).contains(bytes[index]), index - first < 10 {
        number = number * 10 + Int(bytes[index] - 0x30)
        index += 1
      }
      guard index > first, skip(UInt8(ascii: "]")) else { return nil }
      targets.append(BroadcastTarget(id: EngineID(name), number: number))
      guard targets.count <= maximumTargets else {
        throw WireError(.tooLarge, "a broadcast to more than \(maximumTargets) engines")
      }
      if !skip(UInt8(ascii: ",")) { break }
    }
    return skip(UInt8(ascii: "]")) && index == range.upperBound ? targets : nil
  }

  private static func anyTargets(
    _ bytes: [UInt8]
  ) throws(WireError) -> [BroadcastTarget] {
    guard let list = try JSONValue(bytes).array, list.count <= maximumTargets else {
      throw WireError(.malformed, "a broadcast's targets must be a list of pairs")
    }
    var targets: [BroadcastTarget] = []
    for target in list {
      guard let pair = target.array, pair.count == 2, let uuid = pair[0].string,
        let number = pair[1].integer
      else { throw WireError(.malformed, "a broadcast's targets must be pairs of uuid and ID") }
      targets.append(BroadcastTarget(id: EngineID(uuid), number: number))
    }
    return targets
  }

  /// The metadata for each engine's copy.
  package func copy(originalID: MessageID) throws(WireError) -> [UInt8] {
    let name = JSONText.string(originalID.text)
    let changed = try JSONText.object(
      bytes,
      replacing: [("targets", JSONText(JSONValue.array([]))), ("original_msg_id", name)])
    let span = changed.span
    var members = try JSONMembers(span)
    while let member = try members.next(span) {
      if span.holds("original_msg_id", at: member.key) { return changed }
    }
    let start = (changed.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
    return Array(changed[..<start]) + "\"original_msg_id\":".utf8 + name.bytes + ",".utf8
      + changed[start...]
  }
}
