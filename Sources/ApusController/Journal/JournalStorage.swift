// Part of Apus, Apache-2.0. See LICENSE.
package import ApusRecordLog

/// Where a journal is: numbered segments, of which the last one grows.
package protocol JournalStorage: AnyObject {
  /// The numbers of the segments, ascending.
  func segments() throws(RecordFileError) -> [Int]

  func read(_ segment: Int) throws(RecordFileError) -> [UInt8]

  /// Makes a segment, to which is appended from now on.
  func begin(_ segment: Int) throws(RecordFileError)

  /// Appends bytes to the last segment: all of them or, if it fails, none.
  func append(_ bytes: [UInt8]) throws(RecordFileError)

  /// Waits until the disk has all that was appended.
  func sync() throws(RecordFileError)

  /// Waits until the disk has all segments, also those of an earlier process.
  func syncSegments() throws(RecordFileError)

  func remove(_ segment: Int) throws(RecordFileError)

  /// Waits until the disk knows which segments there are, so that none that was removed comes back.
  func syncNames() throws(RecordFileError)
}
