// Part of Apus, Apache-2.0. See LICENSE.

/// Reads the records of a file, as far as they can be trusted.
///
/// A record that is torn or damaged, and all behind it, is passed over.
package struct RecordReader: Sequence, IteratorProtocol {
  private let bytes: ArraySlice<UInt8>
  /// Where the records end that were read so far, and with the last one the trustworthy part.
  package private(set) var position: Int

  /// - Parameter start: where the first record begins.
  package init(_ bytes: [UInt8], from start: Int = 0) {
    self.bytes = bytes[...]
    position = start
  }

  /// The next record; nil at the end, or where the rest is damaged.
  package mutating func next() -> ArraySlice<UInt8>? {
    guard let length = number(at: position), let count = Int(exactly: length),
      count <= bytes.endIndex - position - RecordFrame.overhead
    else { return nil }
    let record = bytes[position + 8..<position + 8 + count]
    guard number(at: record.endIndex) == RecordFrame.digest(of: record) else { return nil }
    position = record.endIndex + 8
    return record
  }

  /// Whether something stands behind the records that were read.
  package var isDamaged: Bool { position < bytes.endIndex }

  private func number(at place: Int) -> UInt64? {
    guard place + 8 <= bytes.endIndex else { return nil }
    var number: UInt64 = 0
    for offset in 0..<8 { number |= UInt64(bytes[place + offset]) << UInt64(8 * offset) }
    return number
  }
}
