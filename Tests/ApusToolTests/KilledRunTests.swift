// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// Runs whose workers and which themselves are killed give the numbers of an undisturbed run when they are run again.
@Suite struct KilledRunTests {
  /// Commands whose results, without times and workers, must not depend on what was killed.
  private static let commands = [
    ["pi", "--slices", "80", "--points", "10000000"],
    ["means", "--tasks", "80", "--draws", "3000000"],
    [
      "forest", ForestCommandTests.diabetes, "--target", "progression", "--rows", "30", "--seed",
      "3", "--trees",
      "40",
    ],
  ]

  /// The numbers of an answer: all of it but what says how long it took, and who did what.
  private func numbers(_ json: String) throws -> String {
    var object = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    for key in object.keys
    where ["second", "worker", "rate", "perSecond"].contains(where: {
      key.localizedCaseInsensitiveContains($0)
    }) {
      object[key] = nil
    }
    let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    return String(decoding: data, as: UTF8.self)
  }

  /// The workers that a process has now, or its engines have.
  private func workers(of run: Int32) throws -> [Int32] {
    var parents: [Int32: Int32] = [:], workers: [Int32] = []
    for id in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) })
    {
      let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
      let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      if fields.count > 1 { parents[id] = Int32(fields[1]) }
      if line.contains("--apus-worker") { workers.append(id) }
    }
    return workers.filter { worker in
      parents[worker] == run || parents[worker].flatMap { parents[$0] } == run
    }
  }

  /// How many tasks of a run are finished, and of how many.
  private func progress(_ checkpoint: String) throws -> (finished: Int, count: Int) {
    let listed = try Execution.run(Project.program("apus"), ["runs", checkpoint, "--json"])
    guard listed.status == 0,
      let all = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any],
      let runs = all["runs"] as? [[String: Any]], let finished = runs.first?["finished"] as? Int
    else { return (0, 0) }
    return (finished, runs.first?["tasks"] as? Int ?? 0)
  }

  /// Kills workers of a run that have begun to compute, and that were not killed before.
  private func killWorkers(of run: Int32, upTo kills: Int, killed: inout Set<Int32>) throws {
    for worker in try workers(of: run) where killed.count < kills && !killed.contains(worker) {
      let times = (try? String(contentsOfFile: "/proc/\(worker)/schedstat", encoding: .utf8)) ?? ""
      let busy = times.split(separator: " ").first.flatMap { Int($0) } ?? 0
      if busy > 30_000_000, kill(worker, SIGKILL) == 0 { killed.insert(worker) }
    }
  }

  /// The size of a file, 0 where there is none.
  private func size(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? Int) ?? 0
  }

  /// Starts a command, kills some of its workers, and then itself when a quarter of its tasks is finished.
  ///
  /// The command is frozen whenever its checkpoint has grown, so that it cannot end while it is looked at.
  ///
  /// - Parameter errors: gets what the command writes for people.
  private func disturb(
    _ arguments: [String], _ checkpoint: String, kills: Int, errors: URL
  ) throws -> Int {
    try Data().write(to: errors)
    let run = Process()
    run.executableURL = try Project.program("apus")
    run.arguments = arguments
    run.standardOutput = FileHandle.nullDevice
    run.standardError = try FileHandle(forWritingTo: errors)
    try run.run()
    var killed: Set<Int32> = []
    var wanted = 1
    while run.isRunning {
      guard case let now = size(checkpoint), now >= wanted else { continue }
      kill(run.processIdentifier, SIGSTOP)
      try killWorkers(of: run.processIdentifier, upTo: kills, killed: &killed)
      let done = try progress(checkpoint)
      let enough = 4 * done.finished >= done.count && killed.count == kills
      // Each look costs more than some tasks: the next one is after a sixteenth of all.
      wanted = now + 1 + (done.finished > 0 ? now / done.finished * done.count / 16 : 0)
      if done.finished > 0, enough || 2 * done.finished >= done.count { break }
      kill(run.processIdentifier, SIGCONT)
    }
    kill(run.processIdentifier, SIGKILL)
    run.waitUntilExit()
    return killed.count
  }

  @Test(arguments: workerCounts)
  func theyEndWithTheNumbersOfAnUndisturbedRun(workers: Int) throws {
    try check(workers, on: ["--on", "processes:\(workers)"])
  }

  @Test(arguments: workerCounts)
  func onEnginesTooTheyEndWithTheNumbersOfAnUndisturbedRun(workers: Int) throws {
    try check(workers, on: ["--on", "cluster", "--engines", "\(workers)"])
  }

  private func check(_ workers: Int, on place: [String]) throws {
    for command in Self.commands {
      let folder = try Project.temporaryFolder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let checkpoint = folder.appendingPathComponent("run.apus").path
      let expected = try Execution.run(Project.program("apus"), command + ["--json"])
      let wanted = try numbers(expected.output)
      let arguments =
        command + place + ["--json", "--retries", "4", "--checkpoint", checkpoint]
      // Three workers in a row that end before they have begun would end the run.
      let errors = folder.appendingPathComponent("errors")
      let kills = try disturb(arguments, checkpoint, kills: 2, errors: errors)
      let said = try String(contentsOf: errors, encoding: .utf8)
      try #require(
        FileManager.default.fileExists(atPath: checkpoint), "\(command[0]) ended: \(said)")
      #expect(kills > 0, "no worker of \(command[0]) was killed: \(said)")
      let done = try progress(checkpoint)
      #expect(0 < done.finished && done.finished < done.count, "\(command[0]): \(done)")
      let copy = folder.appendingPathComponent("copy.apus").path
      try FileManager.default.copyItem(atPath: checkpoint, toPath: copy)
      let again = try Execution.run(Project.program("apus"), arguments)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try numbers(again.output) == wanted, "\(command[0])")
      // On engines with one number of workers is enough: what threads make of a checkpoint does not depend on its place.
      if place.contains("cluster"), workers != 2 { continue }
      let third = try Execution.run(
        Project.program("apus"),
        command + ["--json", "--on", "threads", "--workers", "\(workers)", "--checkpoint", copy])
      #expect(try numbers(third.output) == wanted, "\(command[0])")
    }
  }
}
