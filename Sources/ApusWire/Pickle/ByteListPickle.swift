// Part of Apus, Apache-2.0. See LICENSE.

/// Lists of byte strings as pickles, which hold the buffers in a task database.
package enum ByteListPickle {
  /// The pickle of a list, in protocol 4.
  package static func bytes(_ list: [[UInt8]]) -> [UInt8] {
    PickleWriter.pickle(.list(list.map { .bytes($0) }))
  }

  /// Reads a pickle of a list of byte strings.
  ///
  /// - Throws: ``WireError`` `.malformed` for anything else.
  package static func list(_ pickle: [UInt8]) throws(WireError) -> [[UInt8]] {
    guard case .list(let values) = try PickleReader.value(of: pickle) else { throw wrong }
    var list: [[UInt8]] = []
    for value in values {
      guard case .bytes(let bytes) = value else { throw wrong }
      list.append(bytes)
    }
    return list
  }

  private static var wrong: WireError {
    WireError(.malformed, "a pickle that is not a list of byte strings")
  }
}
