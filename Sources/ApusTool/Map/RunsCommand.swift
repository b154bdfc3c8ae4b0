// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import ArgumentParser
import Foundation

/// `apus runs`: lists checkpoints.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List checkpoints: how far their runs are and what failed.",
    discussion: """
      Looks at files, and at the checkpoints in folders; by default in the current one. Nothing is \
      changed.
      """)

  @Argument(help: "Checkpoints, or folders that hold some.")
  var paths: [String] = ["."]
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try RunsReport(runs: try paths.flatMap(Self.checkpoints)).print(asJSON: json)
  }

  private static func checkpoints(_ path: String) throws -> [CheckpointSummary] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ToolError.input("There is no file or folder \(path).")
    }
    if !isFolder.boolValue {
      guard let summary = try CheckpointSummary(path: path) else {
        throw ToolError.input("\(path) is not a checkpoint.")
      }
      return [summary]
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    let files = names.map { path == "." ? $0 : URL(filePath: path).appending(path: $0).path }
    return files.filter(isRegular).compactMap { try? CheckpointSummary(path: $0) }
  }

  private static func isRegular(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}

/// The report that `apus runs` prints.
struct RunsReport: Report {
  /// One checkpoint.
  struct Run: Encodable {
    let file: String
    let function: String
    let randomNumbers: String?
    let finished: Int
    let tasks: Int?
    let state: String
    let failures: [CheckpointSummary.Failure]
  }

  let runs: [Run]

  init(runs: [CheckpointSummary]) {
    self.runs = runs.map { run in
      Run(
        file: run.path, function: run.function, randomNumbers: run.origin, finished: run.finished,
        tasks: run.count, state: Self.state(run), failures: run.failures)
    }
  }

  private static func state(_ run: CheckpointSummary) -> String {
    if run.isInUse { return "running" }
    if let count = run.count, run.finished >= count { return "complete" }
    return run.isDamaged ? "stopped, its end is torn" : "stopped"
  }

  var text: String {
    if runs.isEmpty { return "There are no checkpoints here." }
    let rows = runs.map { run in
      (
        run.file,
        "\(run.finished) of \(run.tasks.map { "\($0)" } ?? "?") tasks, \(run.failures.count) failed, \(run.state); \(run.function)"
      )
    }
    let failures = runs.flatMap { run in
      run.failures.map { failure in
        let stream = failure.streamLine.map { "; \($0)" } ?? ""
        return
          "\(run.file): task \(failure.index), attempt \(failure.attempt): \(failure.cause)\(stream)"
      }
    }
    return ([Text.aligned(rows)] + failures).joined(separator: "\n")
  }
}
