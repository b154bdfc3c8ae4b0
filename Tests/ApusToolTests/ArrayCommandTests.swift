// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// `apus array` with chunks on this machine: what is computed, collected, missing and refused.
@Suite(.serialized) struct ArrayCommandTests {
  private final class Study {
    let folder: URL

    init() throws { folder = try Project.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func apus(_ words: [String], _ environment: [String: String] = [:]) throws -> Execution {
      try Execution.run(
        URL(filePath: "/bin/sh"),
        ["-c", "cd \"$0\" && exec \"$@\"", folder.path, Project.program("apus").path] + words,
        environment: environment)
    }

    func array(_ words: String...) throws -> Execution { try apus(["array"] + words) }

    func submit(_ options: [String], _ program: [String]) throws -> Execution {
      try apus(
        ["array", "submit", "--scheduler", "local"] + options
          + ["--", Project.program("apus").path] + program)
    }

    /// The shards of the only map.
    func shards() throws -> [URL] {
      let maps = folder.appending(path: "apus-array/shards")
      let map = try #require(
        try FileManager.default.contentsOfDirectory(at: maps, includingPropertiesForKeys: nil).first
      )
      return try FileManager.default.contentsOfDirectory(at: map, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "apus" }.sorted { $0.path < $1.path }
    }
  }

  private static let means = ["means", "--tasks", "23", "--draws", "1000"]

  /// The results that a run prints, each with all its digits.
  private func numbers(_ study: Study, _ words: [String]) throws -> [Double] {
    let said = try study.apus(words + ["--json"])
    #expect(said.status == 0, "\(said.errors)")
    let parsed = try JSONSerialization.jsonObject(with: Data(said.output.utf8))
    return try #require((parsed as? [String: Any])?["means"] as? [Double])
  }

  @Test(arguments: [1, 2, 3, 8], ["threads", "processes:2"])
  func theMergedResultsAreThoseOfAnyOtherRun(chunks: Int, place: String) throws {
    let study = try Study()
    let program = Self.means + ["--checkpoint", "run.apus", "--on", place]
    let said = try study.submit(["--chunks", "\(chunks)"], program)
    #expect(said.status == 0 && said.output.contains("\(chunks) chunks have run"), "\(said.errors)")
    #expect(try study.shards().count == chunks)
    let collected = try study.array("collect")
    #expect(collected.status == 0 && collected.output.contains("23 of 23 tasks, 23 of them new"))
    #expect(try study.shards().isEmpty, "what is collected is not kept twice")
    let merged = try study.apus(program)
    #expect(merged.errors.contains("23 tasks were finished before"))
    #expect(try numbers(study, program) == numbers(study, Self.means))
  }

  @Test func onlyWhatIsMissingIsComputedAgain() throws {
    let study = try Study()
    let program = Self.means + ["--checkpoint", "run.apus"]
    #expect(try study.submit(["--chunks", "4"], program).status == 0)
    try FileManager.default.removeItem(at: try study.shards()[1])
    let first = try study.array("collect")
    #expect(first.status == 1)
    #expect(
      first.output.contains("17 of 23 tasks") && first.output.contains("6 missing: 1 5 9 13 17 21"))
    let second = try study.array("collect", "--resubmit", "--chunks", "2")
    #expect(second.status == 0, "\(second.errors)")
    let share = try String(
      contentsOf: study.folder.appending(path: "apus-array/submission-2"), encoding: .utf8)
    #expect(share.hasSuffix("\n1 9 17\n5 13 21\n"))
    #expect(try study.array("status").output.contains("6 more in shards"))
    #expect(try study.array("collect").status == 0)
    #expect(try numbers(study, program) == numbers(study, Self.means))
    let third = try study.array("collect", "--resubmit")
    #expect(third.status == 0 && !third.output.contains("have run"), "nothing is missing")
  }

  @Test func aShardThatIsTornCountsUpToTheTear() throws {
    let study = try Study()
    let program = Self.means + ["--checkpoint", "run.apus"]
    #expect(try study.submit(["--chunks", "2"], program).status == 0)
    let shard = try study.shards()[0]
    let whole = try Data(contentsOf: shard)
    try whole.prefix(whole.count - 3).write(to: shard)
    let collected = try study.array("collect")
    #expect(collected.status == 1 && collected.output.contains("22 of 23 tasks"))
    #expect(collected.output.contains("is torn at its end"))
    #expect(try study.array("collect", "--resubmit").status == 0)
    #expect(try study.array("collect").status == 0)
    #expect(try numbers(study, program) == numbers(study, Self.means))
  }

  @Test func failedTasksAreListedAndTheOthersOfTheirChunkRun() throws {
    let study = try Study()
    let script = "[ {} = 3 ] && [ ! -e good ] && exit 5; echo {}"
    let program = ["map", "--checkpoint", "map.apus", script, ":::", "0..9"]
    let said = try study.submit(["--chunks", "2"], program)
    #expect(said.status == 1 && said.errors.contains("1 of 2 chunks failed"))
    let collected = try study.array("collect")
    #expect(
      collected.status == 1 && collected.output.contains("9 of 10 tasks, 9 of them new, 1 failed"))
    #expect(collected.output.contains("task 3, attempt 1: "))
    try Data().write(to: study.folder.appending(path: "good"))
    #expect(try study.array("collect", "--resubmit").status == 0)
    #expect(try study.array("collect").status == 0)
    let mapped = try study.apus(program)
    #expect(mapped.output == (0..<10).map { "\($0)\n" }.joined())
  }

  @Test func shardsOfAnotherRunAreRefusedAndNothingIsTaken() throws {
    let study = try Study()
    let program = Self.means + ["--checkpoint", "run.apus"]
    #expect(try study.submit(["--chunks", "2"], program).status == 0)
    let other = Self.means.dropLast() + ["1001", "--checkpoint", "run.apus"]
    #expect(try study.apus(Array(other)).status == 0)
    let before = try Data(contentsOf: study.folder.appending(path: "run.apus"))
    let collected = try study.array("collect")
    #expect(
      collected.status != 0 && collected.errors.contains("another run"), "\(collected.errors)")
    #expect(try Data(contentsOf: study.folder.appending(path: "run.apus")) == before)
  }

  @Test func badRequestsSayWhatToDo() throws {
    let study = try Study()
    func refusal(_ words: String...) throws -> String {
      let said = try study.apus(["array"] + words)
      #expect(said.status != 0)
      return said.errors
    }
    #expect(try refusal("status").contains("There is no array in"))
    #expect(try refusal("submit", "--", "no-such-program").contains("no program no-such-program"))
    #expect(try refusal("submit", "--scheduler", "cron", "--", "ls").contains("must be one of"))
    #expect(try refusal("submit", "--chunks", "0", "--", "ls").contains("--chunks must be"))
    #expect(try refusal("submit").contains("The program is missing"))
    #expect(
      try refusal("submit", "--scheduler", "kubernetes", "--", "ls").contains("needs the image"))
    #expect(
      try refusal("submit", "--scheduler", "hq", "--partition", "x", "--", "ls")
        .contains("hq has no --partition"))
    #expect(try study.submit(["--chunks", "1"], Self.means).status == 0)
    #expect(try refusal("collect").contains("No chunk has written anything"))
    #expect(
      try refusal("submit", "--scheduler", "local", "--", "ls").contains("collect --resubmit"))
    let lost = try study.apus(
      Self.means + ["--checkpoint", "x.apus"], ["APUS_ARRAY": "/none", "APUS_CHUNK": "x"])
    #expect(lost.status != 0 && lost.errors.contains("apus array submit"))
  }

  @Test func chunksThatFailHereAreSaidAndAreTheExitStatus() throws {
    let study = try Study()
    let failed = try study.array("submit", "--scheduler", "local", "--chunks", "3", "--", "false")
    #expect(failed.status == 1 && failed.errors.contains("3 of 3 chunks failed"))
  }

  @Test func aRunHereThatIsInterruptedEndsItsChunks() throws {
    let study = try Study()
    let begun = ContinuousClock.now
    let stopped = try study.array(
      "submit", "--scheduler", "local", "--chunks", "3", "--cores", "1000", "--", "/bin/sh", "-c",
      "kill -INT $PPID; exec sleep 100")
    #expect(stopped.status == 1)
    #expect(stopped.errors.contains("Interrupted after 0 of 3 chunks"), "\(stopped.errors)")
    #expect(ContinuousClock.now - begun < .seconds(50), "its sleep was ended")
  }
}
