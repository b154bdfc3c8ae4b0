// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
package import ApusRecordLog

/// A journal in a folder of its own, one file for each segment.
package final class JournalFolder: JournalStorage {
  package let path: String
  /// Held as long as this process writes.
  private let lock: FileLock
  private var last: (file: RecordFile, size: Int)?

  /// - Throws: ``ProcessError`` `.cannotWrite` if the folder cannot be used; ``RecordFileError`` `.inUse` if another controller
  ///   writes there.
  package init(_ path: String) throws {
    self.path = path
    try RecordFolder.make(path)
    try RecordFolder.sync(path + "/..")
    guard let lock = try FileLock(path: path + "/lock") else {
      throw RecordFileError(.inUse, path)
    }
    self.lock = lock
  }

  private func name(_ segment: Int) -> String {
    let digits = String(segment)
    return path + "/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".apus"
  }

  package func segments() throws(RecordFileError) -> [Int] {
    try RecordFolder.names(in: path).compactMap { name in
      name.hasSuffix(".apus") ? Int(name.dropLast(5)) : nil
    }.sorted()
  }

  package func read(_ segment: Int) throws(RecordFileError) -> [UInt8] {
    try RecordFile(name(segment)).readAll()
  }

  package func begin(_ segment: Int) throws(RecordFileError) {
    last = nil
    let file = try RecordFile(name(segment))
    try file.cut(at: 0)
    try RecordFolder.sync(path)
    last = (file, 0)
  }

  package func append(_ bytes: [UInt8]) throws(RecordFileError) {
    guard let (file, size) = last else { return }
    try file.append(bytes, at: size)
    last?.size = size + bytes.count
  }

  package func sync() throws(RecordFileError) { try last?.file.sync() }

  package func syncSegments() throws(RecordFileError) {
    for segment in try segments() { try RecordFile(name(segment)).sync() }
    try syncNames()
  }

  package func remove(_ segment: Int) throws(RecordFileError) {
    try RecordFolder.remove(name(segment))
  }

  package func syncNames() throws(RecordFileError) { try RecordFolder.sync(path) }
}
