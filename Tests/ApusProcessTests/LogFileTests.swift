// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import Foundation
import TestSupport
import Testing

/// The ends of logs, their rotation, and locks.
@Suite struct LogFileTests {
  @Test func onlyTheEndOfALogIsRead() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/a.log"
    #expect(LogFile.end(of: path, byteCount: 5) == [] && LogFile.size(of: path) == 0)
    try Data("0123456789".utf8).write(to: URL(fileURLWithPath: path))
    #expect(LogFile.end(of: path, byteCount: 3) == Array("789".utf8))
    #expect(LogFile.end(of: path, byteCount: 100) == Array("0123456789".utf8))
    // A file that would not fit into memory.
    #expect(truncate(path, 1 << 42) == 0)
    #expect(
      LogFile.end(of: path, byteCount: 4) == [0, 0, 0, 0] && LogFile.size(of: path) == 1 << 42)
  }

  @Test func aRotatedLogKeepsItsEndAndItsWriterGoesOn() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/a.log"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(descriptor) }
    #expect(write(descriptor, "0123456789", 10) == 10)
    #expect(LogFile.rotate(path, keeping: 4))
    #expect(write(descriptor, "ab", 2) == 2)
    #expect(LogFile.end(of: path, byteCount: 100) == Array("ab".utf8))
    #expect(LogFile.end(of: LogFile.rotated(path), byteCount: 100) == Array("6789".utf8))
  }

  @Test func aLockThatCannotBeMadeIsAnErrorAndOneThatIsHeldIsNot() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: ProcessError.self) { try FileLock(path: folder.path + "/no/lock") }
    #expect(throws: ProcessError.self) { try FileLock(path: folder.path) }
    var first = try FileLock(path: folder.path + "/lock")
    #expect(first != nil)
    #expect(try FileLock(path: folder.path + "/lock") == nil)
    first = nil
    #expect(try FileLock(path: folder.path + "/lock") != nil)
  }

  @Test func limitsThatSufficeAreNoError() throws {
    try ProcessLimits.check(engines: 1)
    let files = ProcessLimits.openFiles
    #expect(files.free > 0 && files.free < files.limit)
    #expect(throws: ProcessError.self) { try ProcessLimits.check(engines: 1 << 30) }
  }
}
