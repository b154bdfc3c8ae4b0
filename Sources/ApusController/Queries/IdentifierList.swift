// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The message identifiers that a query names, read in slices.
struct IdentifierList {
  private let values: [JSONValue]
  private let skipsOthers: Bool
  private var position = 0
  private(set) var ids: [MessageID] = []

  /// - Parameters:
  ///   - value: one identifier, or a list.
  ///   - skipsOthers: whether elements that are no identifiers are skipped, or an error.
  /// - Throws: `TypeError` for anything else.
  init(_ value: JSONValue?, skipsOthers: Bool = false) throws(RemoteError) {
    self.skipsOthers = skipsOthers
    switch value {
    case .string?: values = [value ?? .null]
    case .array(let list)?: values = list
    default: throw Self.error
    }
  }

  private static let error = RemoteError("TypeError", "msg_ids is a list of message identifiers")

  /// Goes on reading.
  ///
  /// - Returns: whether all identifiers have been read.
  mutating func step(_ slice: inout Slice) throws(RemoteError) -> Bool {
    if position == 0 { ids.reserveCapacity(min(values.count, Slice.size)) }
    return try values.forEach(from: &position, &slice) { value, _ throws(RemoteError) in
      guard let text = value.string else {
        if skipsOthers { return }
        throw Self.error
      }
      ids.append(MessageID(text))
    }
  }
}
