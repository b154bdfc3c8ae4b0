// Part of Apus, Apache-2.0. See LICENSE.

/// The elements of a JSON array, or the members of an object, written one by one.
///
/// The text is kept in chunks, so that a list of any size grows without being copied as a whole.
package struct JSONListText: Sendable {
  /// The size from which on a chunk is complete, in bytes.
  private static let chunkSize = 256 << 10

  private var complete: [[UInt8]] = []
  private var last: [UInt8] = []
  /// The size of the text, in bytes.
  package private(set) var byteCount = 0

  package init() {}

  package var isEmpty: Bool { byteCount == 0 }

  /// The elements with the commas between them, in pieces.
  package var chunks: [[UInt8]] { last.isEmpty ? complete : complete + [last] }

  package mutating func append(_ element: JSONText) {
    separate()
    add(element.bytes)
  }

  package mutating func append(name: String, _ value: JSONText) {
    append(name: name)
    add(value.bytes)
  }

  /// Appends a member whose value is the array of a list.
  ///
  /// - Complexity: O(1) for each chunk.
  package mutating func append(name: String, array list: JSONListText) {
    append(name: name)
    add([UInt8(ascii: "[")])
    take(list)
    add([UInt8(ascii: "]")])
  }

  /// Appends a member whose value is the object of a list.
  ///
  /// - Complexity: O(1) for each chunk.
  package mutating func append(name: String, object list: JSONListText) {
    append(name: name)
    add([UInt8(ascii: "{")])
    take(list)
    add([UInt8(ascii: "}")])
  }

  /// Appends all elements of a list.
  ///
  /// - Complexity: O(1) for each chunk.
  package mutating func append(elementsOf list: JSONListText) {
    if list.isEmpty { return }
    separate()
    take(list)
  }

  package var array: JSONText { text(from: UInt8(ascii: "["), to: UInt8(ascii: "]")) }

  package var object: JSONText { text(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) }

  private func text(from first: UInt8, to final: UInt8) -> JSONText {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount + 2)
    bytes.append(first)
    for chunk in complete { bytes += chunk }
    bytes += last
    bytes.append(final)
    return JSONText(trusted: bytes)
  }

  private mutating func append(name: String) {
    separate()
    add(JSONText.string(name).bytes)
    add([UInt8(ascii: ":")])
  }

  private mutating func separate() {
    if byteCount > 0 { add([UInt8(ascii: ",")]) }
  }

  private mutating func add(_ bytes: [UInt8]) {
    byteCount += bytes.count
    if bytes.count >= Self.chunkSize {
      endChunk()
      complete.append(bytes)
      return
    }
    last += bytes
    if last.count >= Self.chunkSize { endChunk() }
  }

  private mutating func take(_ list: JSONListText) {
    if list.complete.isEmpty {
      add(list.last)
      return
    }
    endChunk()
    complete += list.complete
    last = list.last
    byteCount += list.byteCount
  }

  private mutating func endChunk() {
    if last.isEmpty { return }
    complete.append(last)
    last = []
  }
}
