// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// `apus controller` as a process, and how it handles signals.
@Suite struct ControllerCommandTests {
  /// A controller in a folder of its own, whose log is read through a pipe.
  private final class Running {
    let folder: URL
    let process = Process()
    let log = Pipe()
    private let deadline: DispatchWorkItem

    init() throws {
      folder = try Project.temporaryFolder()
      process.executableURL = try Project.program("apus")
      process.arguments = ["controller", "--profile-dir=\(folder.path)"]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = log
      process.standardError = log
      try process.run()
      // A controller that hangs is killed: its pipe ends, and its status is not the expected one.
      let pid = process.processIdentifier
      deadline = DispatchWorkItem { kill(pid, SIGKILL) }
      DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: deadline)
    }

    deinit {
      if process.isRunning { process.terminate() }
      process.waitUntilExit()
      deadline.cancel()
      try? FileManager.default.removeItem(at: folder)
    }

    /// Reads the log until it contains `text`; returns false if it ends before.
    func says(_ text: String) -> Bool {
      var read = ""
      while !read.contains(text) {
        let data = log.fileHandleForReading.availableData
        if data.isEmpty { return false }
        read += String(decoding: data, as: UTF8.self)
      }
      return true
    }

    var files: [String] {
      get throws {
        try FileManager.default.contentsOfDirectory(
          atPath: folder.appendingPathComponent("security").path
        ).filter { $0.hasSuffix(".json") }.sorted()
      }
    }
  }

  @Test(arguments: [SIGHUP, SIGINT, SIGTERM, SIGABRT])
  func aSignalStopsItAndItsFilesGo(_ signal: Int32) throws {
    let running = try Running()
    #expect(running.says("ready"))
    #expect(try running.files == ["ipcontroller-client.json", "ipcontroller-engine.json"])
    kill(running.process.processIdentifier, signal)
    #expect(running.says("stopped"))
    running.process.waitUntilExit()
    #expect(running.process.terminationReason == .exit)
    #expect(running.process.terminationStatus == 0)
    #expect(try running.files.isEmpty)
  }

  @Test func itOutlivesWhoeverReadsItsLog() throws {
    let running = try Running()
    #expect(running.says("ready"))
    try running.log.fileHandleForReading.close()
    // Its log line for this signal goes into a pipe without a reader, which would end it with SIGPIPE.
    kill(running.process.processIdentifier, SIGTERM)
    running.process.waitUntilExit()
    #expect(running.process.terminationReason == .exit)
    #expect(running.process.terminationStatus == 0)
    #expect(try running.files.isEmpty)
  }
}
