// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import Foundation
import TestSupport
import Testing

/// Files that are written whole or not at all.
@Suite struct AtomicFileTests {
  @Test func aFileIsReplacedWithItsPermissions() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("file").path
    for text in ["first", String(repeating: "x", count: 300_000), ""] {
      try AtomicFile.write(Array(text.utf8), to: path, mode: 0o600)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(permissions as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
  }

  @Test(arguments: [0o600, 0o640, 0o666])
  func theModeIsExactWhateverTheMaskOfTheProcess(_ mode: Int) throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("file").path
    try AtomicFile.write([1], to: path, mode: UInt32(mode))
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(permissions as? Int == mode)
  }

  @Test func whatCannotBeReplacedIsLeftAsItIs() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("taken").path
    try FileManager.default.createDirectory(
      atPath: path + "/inside", withIntermediateDirectories: true)
    #expect(throws: ProcessError.self) { try AtomicFile.write([1], to: path, mode: 0o600) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
    let error = #expect(throws: ProcessError.self) {
      try AtomicFile.write([1], to: folder.path + "/missing/file", mode: 0o600)
    }
    #expect(error?.code == .cannotWrite && error?.message.contains("missing/file") ?? false)
  }
}
