// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import Foundation
import TestSupport
import Testing

/// Child processes, their identities and what they report.
@Suite struct ChildProcessTests {
  @Test func aChildReportsThroughItsPipeAndWritesToItsFile() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let pipe = try ReportPipe()
    let output = folder.appendingPathComponent("log").path
    let child = try ChildProcess.start(
      ["sh", "-c", "echo said; echo wrong >&2; echo ready >&3"],
      environment: ["PATH": "/bin:/usr/bin"],
      output: output, report: pipe.writer)
    var report = ""
    #expect(pipe.readAll(within: .seconds(20)) { report += $0 })
    #expect(report == "ready\n" && child.pid > 0)
    // The report has ended, so the child has written everything.
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "said\nwrong\n")
  }

  @Test func aPipeThatNobodyClosesTimesOut() throws {
    let pipe = try ReportPipe()
    let holder = try ChildProcess.start(
      ["sleep", "60"], environment: ["PATH": "/bin:/usr/bin"], output: "/dev/null",
      report: pipe.writer)
    defer { ChildProcess.send(.kill, to: holder.pid) }
    #expect(!pipe.readAll(within: .milliseconds(50)) { _ in })
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    let error = #expect(throws: ProcessError.self) {
      try ChildProcess.start(["/no/such/program"], environment: [:], output: "/dev/null")
    }
    #expect(error?.code == .cannotStart && error?.message.contains("/no/such/program") ?? false)
  }

  @Test func aProcessIsKnownByItsNumberAndStart() throws {
    let own = try #require(ProcessIdentity(pid: Int(getpid())))
    #expect(own.isAlive && own.started > 0)
    #expect(!ProcessIdentity(pid: own.pid, started: own.started - 1).isAlive)
    #expect(ProcessIdentity(pid: Int(Int32.max) - 1) == nil)
  }
}
