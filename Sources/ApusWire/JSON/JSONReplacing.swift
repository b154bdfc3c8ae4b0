// Part of Apus, Apache-2.0. See LICENSE.

extension JSONText {
  /// An object whose members of some names get other values; the rest stays as it is, byte for byte.
  ///
  /// - Throws: `malformed` if it is no object.
  package static func object(
    _ bytes: [UInt8], replacing values: [(name: StaticString, value: JSONText)]
  ) throws(WireError) -> [UInt8] {
    let span = bytes.span
    var members = try JSONMembers(span)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 64)
    var copied = 0
    while let member = try members.next(span) {
      for (name, value) in values where span.holds(name, at: member.key) {
        result += bytes[copied..<member.value.lowerBound]
        result += value.bytes
        copied = member.value.upperBound
      }
    }
    result += bytes[copied...]
    return result
  }
}
