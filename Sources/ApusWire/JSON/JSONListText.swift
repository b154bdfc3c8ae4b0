// Part of Apus, Apache-2.0. See LICENSE.

/// The elements of a JSON array, or the members of an object, written one by one.
package struct JSONListText: Sendable {
  /// The elements with the commas between them.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ element: JSONText) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
    bytes += element.bytes
  }

  package mutating func append(name: String, _ value: JSONText) {
    append(.string(name))
    bytes.append(UInt8(ascii: ":"))
    bytes += value.bytes
  }

  package var array: JSONText {
    JSONText(trusted: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")])
  }

  package var object: JSONText {
    JSONText(trusted: [UInt8(ascii: "{")] + bytes + [UInt8(ascii: "}")])
  }
}
