// Part of Apus, Apache-2.0. See LICENSE.

/// The frame of one record: the count of its bytes, the bytes, and a digest of both.
///
/// Checkpoints, shards and journals are files of such records behind a first word that names the kind of file.
package enum RecordFrame {
  /// The bytes that a frame adds to its record.
  package static let overhead = 16

  /// Appends a record in its frame.
  ///
  /// - Parameter write: appends the bytes of the record, and leaves those before them alone.
  package static func append(to target: inout [UInt8], write: (inout [UInt8]) -> Void) {
    let start = target.count
    append(0, to: &target)
    write(&target)
    let count = UInt64(target.count - start - 8)
    for place in 0..<8 {
      target[start + place] = UInt8(truncatingIfNeeded: count >> UInt64(8 * place))
    }
    append(digest(of: target[(start + 8)...]), to: &target)
  }

  /// A record in its frame.
  package static func framed(_ record: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(record.count + overhead)
    append(to: &bytes) { $0 += record }
    return bytes
  }

  static func digest(of record: ArraySlice<UInt8>) -> UInt64 {
    var digest = Digest()
    digest.fold(UInt64(record.count))
    digest.fold(record)
    return digest.value
  }

  private static func append(_ number: UInt64, to target: inout [UInt8]) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      target.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
