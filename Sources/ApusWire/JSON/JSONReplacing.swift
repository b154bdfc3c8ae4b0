// Part of Apus, Apache-2.0. See LICENSE.

extension JSONText {
  /// Replaces the values of the named members of an object and keeps all other bytes as they are.
  ///
  /// - Throws: `malformed` if the bytes are not an object.
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
