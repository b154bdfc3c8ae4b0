// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog

/// The bytes of a checkpoint: a first word, a header, and a record for each finished task, each in a ``RecordFrame``.
///
/// Records with the index -1 are notes about runs and failures.
enum CheckpointRecords {
  static let magic = Array("APUSRUN1".utf8)

  /// A finished task.
  struct Record {
    var index: Int
    var attempt: Int
    /// The digest of its element.
    var element: UInt64
    /// The encoded result.
    var result: ArraySlice<UInt8>
  }

  /// What was found in a file.
  struct Contents {
    var header: CheckpointHeader?
    var records: [Record] = []
    var notes: [CheckpointNote] = []
    /// Where the trustworthy part ends.
    var end = 0
    /// Whether something stands behind it.
    var isDamaged = false
  }

  static func header(_ header: CheckpointHeader) throws -> [UInt8] {
    magic + RecordFrame.framed(try BinaryEncoder.encode(header))
  }

  static func record(index: Int, attempt: Int, element: UInt64, result: [UInt8]) -> [UInt8] {
    let writer = ByteWriter()
    writer.append(number: Int64(index))
    writer.append(number: Int64(attempt))
    writer.append(number: element)
    writer.append(bytes: result)
    return RecordFrame.framed(writer.bytes)
  }

  private static let noteIndex = -1

  static func note(_ note: CheckpointNote) throws -> [UInt8] {
    record(index: noteIndex, attempt: 0, element: 0, result: try BinaryEncoder.encode(note))
  }

  /// Reads as much as can be trusted; nil if the bytes are those of another kind of file.
  static func read(_ bytes: [UInt8]) -> Contents? {
    var contents = Contents()
    guard bytes.prefix(magic.count).elementsEqual(magic.prefix(bytes.count)) else { return nil }
    guard bytes.count > magic.count else { return contents }
    var reader = RecordReader(bytes, from: magic.count)
    guard let first = reader.next(),
      let header = try? BinaryDecoder.decode(CheckpointHeader.self, from: Array(first))
    else { return contents }
    contents.header = header
    contents.end = reader.position
    while let next = reader.next(), let record = record(next) {
      if record.index >= 0 {
        contents.records.append(record)
      } else if let note = try? BinaryDecoder.decode(
        CheckpointNote.self, from: Array(record.result))
      {
        contents.notes.append(note)
      }
      contents.end = reader.position
    }
    contents.isDamaged = contents.end < bytes.count
    return contents
  }

  private static func record(_ bytes: ArraySlice<UInt8>) -> Record? {
    var reader = ByteReader(Array(bytes.prefix(24)))
    guard let index = try? reader.number(Int64.self), index >= noteIndex,
      let attempt = try? reader.number(Int64.self), let element = try? reader.number(UInt64.self)
    else { return nil }
    return Record(
      index: Int(index), attempt: Int(attempt), element: element, result: bytes.dropFirst(24))
  }
}
