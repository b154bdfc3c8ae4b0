// Part of Apus, Apache-2.0. See LICENSE.

/// A collection whose order differs between processes, because hashes are seeded anew in each.
protocol HashOrdered {
  /// Encodes the elements in the order of their bytes.
  func encodeSorted(_ state: EncoderState) throws
}

extension Set: HashOrdered where Element: Encodable {
  func encodeSorted(_ state: EncoderState) throws {
    try state.appendSorted(map { try BinaryEncoder.canonical($0) })
  }
}

extension Dictionary: HashOrdered where Key: Encodable, Value: Encodable {
  func encodeSorted(_ state: EncoderState) throws {
    try state.appendSorted(
      map { try BinaryEncoder.canonical($0.key) + BinaryEncoder.canonical($0.value) })
  }
}

extension EncoderState {
  fileprivate func appendSorted(_ parts: [[UInt8]]) throws {
    writer.append(.list)
    for part in parts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      writer.append(bytes: part)
    }
    writer.append(.end)
  }
}
