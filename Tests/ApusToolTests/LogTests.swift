// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@testable import ApusTool

/// The lines of a controller's log, and its file.
@Suite struct LogTests {
  @Test func namesFromOutsideCannotBeginALineOrMoveTheCursor() {
    for (text, shown) in [
      ("plain é 漢", "plain é 漢"), ("a\n2026-01-01 error FORGED", "a\\n2026-01-01 error FORGED"),
      ("a\rb\tc", "a\\rb\\tc"), ("\u{1B}[2J", "\\u{1B}[2J"),
      ("a\u{2028}b\u{85}", "a\\u{2028}b\\u{0085}"),
      ("\u{202E}abc", "\\u{202E}abc"),
    ] {
      #expect(LogLine.escaped(text).lowercased() == shown.lowercased(), "\(shown)")
    }
    let line = LogLine.text(level: "info", "a\nb")
    #expect(line.split(separator: "\n").count == 1 && line.hasSuffix("\n"))
  }

  @Test func longTextsAreCut() {
    let text = String(repeating: "x", count: 1_000_000)
    #expect(LogLine.escaped(text).count < LogLine.longest + 10)
  }

  @Test func theFileIsForItsOwnerAndIsRotated() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/a.log"
    let log = try LogStorage(path: path)
    let line = String(repeating: "x", count: 1 << 20) + "\n"
    for _ in 0..<20 { log.write(line) }
    log.write("last\n")
    for name in [path, path + ".1"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: name)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try #require(attributes[.size] as? Int) <= LogStorage.longest + line.utf8.count)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("x\nlast\n"))
  }

  @Test func linesThatTheDiskDoesNotTakeAreCountedAndTheControllerGoesOn() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let log = LogStorage(full)
    for _ in 0..<3 { log.write("lost\n") }
    #expect(log.lostCount == 3)
  }
}
