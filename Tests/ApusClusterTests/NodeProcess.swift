// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import Foundation
import TestSupport
import Testing

@testable import ApusCluster

/// A node for job servers, in a process of its own.
final class NodeProcess {
  static let secret = "mysecretphrase"

  let port: Int
  private let folder: URL
  private let process: ChildProcess

  var name: String { "127.0.0.1:\(port)" }
  var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
  private var log: URL { folder.appendingPathComponent("node.log") }

  /// Starts a node, and waits until it serves.
  ///
  /// - Parameter port: nil for some that are free.
  init(workers: Int, port: Int? = nil, secret: String = NodeProcess.secret) throws {
    folder = try Project.temporaryFolder()
    self.port = port ?? Int.random(in: 1500...2000) * 16
    var environment = ProcessInfo.processInfo.environment
    environment[JobNodeArguments.secretVariable] = secret
    environment[ReportPipe.variable] = "3"
    let pipe = try ReportPipe()
    process = try ChildProcess.start(
      [
        try Project.program("contract-worker").path, "--apus-node", "--workers=\(workers)",
        "--port=\(self.port)", "--address=127.0.0.1",
      ], environment: environment, output: folder.path + "/node.log", report: pipe.writer)
    var report = ""
    _ = pipe.readAll(within: .seconds(60)) { report += $0 }
    try #require(report == "ready", "\(said)")
  }

  deinit {
    process.killGroup()
    end()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Kills the process of the node, and none of those that it has started.
  func kill() {
    Foundation.kill(pid_t(process.pid), SIGKILL)
    end()
  }

  /// Ends the node as a user does.
  ///
  /// - Returns: its exit status.
  func stop() -> Int32 {
    Foundation.kill(pid_t(process.pid), SIGTERM)
    return end()
  }

  @discardableResult
  private func end() -> Int32 {
    var status: Int32 = 0
    return waitpid(pid_t(process.pid), &status, 0) > 0 ? status >> 8 : -1
  }

  /// The processes that it has started, and theirs.
  var descendants: [Int] {
    var all: [Int] = []
    var parents: Set<Int> = [Int(process.pid)]
    while !parents.isEmpty {
      parents = Set(
        Self.processes.filter { parents.contains($0.parent) && !$0.isZombie }.map(\.pid))
      all += parents
    }
    return all
  }

  private static var processes: [(pid: Int, parent: Int, isZombie: Bool)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int($0) }.compactMap { pid in
      guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return nil }
      let fields = text[text.index(after: end)...].split(separator: " ")
      return (pid, Int(fields[1]) ?? 0, fields[0] == "Z")
    }
  }

  static func isAlive(_ pid: Int) -> Bool { processes.contains { $0.pid == pid && !$0.isZombie } }
}
