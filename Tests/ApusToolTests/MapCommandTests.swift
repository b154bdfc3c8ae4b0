// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// `apus map` and `apus runs`.
@Suite struct MapCommandTests {
  private func apus(_ arguments: String...) throws -> Execution {
    try Execution.run(Project.program("apus"), arguments)
  }

  @Test(arguments: workerCounts) func outputsComeInTheOrderOfTheArguments(workers: Int) throws {
    let run = try apus(
      "map", "--workers", "\(workers)", "sleep 0.0$((9 - {})); echo $APUS_INDEX {}", ":::", "1..9")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output == (0..<9).map { "\($0) \($0 + 1)\n" }.joined())
  }

  @Test func eachCommandHasASeedThatDependsOnSeedAndIndexAlone() throws {
    let all = try apus("map", ": {}; echo $APUS_SEED", ":::", "1..20")
    let other = try apus("map", "--workers", "1", ": {}; echo $APUS_SEED", ":::", "a", "b")
    let third = try apus("map", "--seed", "7", ": {}; echo $APUS_SEED", ":::", "1..20")
    #expect(all.output.hasPrefix(other.output))
    #expect(
      Set(all.output.split(separator: "\n") + third.output.split(separator: "\n")).count == 40)
  }

  @Test func aLongRangeIsTakenAsItIsNeeded() throws {
    let run = try apus(
      "map", "--workers", "2", "--stop", "echo {}; test {} -lt 3", ":::", "1..2000000000")
    #expect(run.status == 1 && run.output.hasPrefix("1\n2\n"))
    // Resuming looks at nothing but what is known.
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.apus").path
    for last in ["3", "5"] {
      let part = try apus(
        "map", "--stop", "--checkpoint", file, "echo {}; test {} -lt \(last)", ":::",
        "1..2000000000")
      #expect(part.status == (last == "3" ? 1 : 2), "\(part.errors)")
    }
    let again = try apus(
      "map", "--stop", "--checkpoint", file, "echo {}; test {} -lt 3", ":::", "1..2000000000")
    #expect(again.status == 1 && again.output.hasPrefix("1\n2\n"))
    let many = (0..<20_000).map { "\($0)" }
    let run2 = try Execution.run(
      Project.program("apus"), ["map", "--dry-run", "echo {}", ":::"] + many)
    #expect(run2.output.split(separator: "\n").count == 20_000)
    let program = try Project.program("apus").path
    let dry = try Execution.run(
      URL(filePath: "/bin/sh"),
      ["-c", "'\(program)' map --dry-run 'echo {}' ::: x 7..2000000000 y z | head -n 3"])
    let lines = dry.output.split(separator: "\n")
    #expect(lines.count == 3)
    for (line, argument) in zip(lines, ["x", "7", "8"]) {
      #expect(line.contains("APUS_ARGUMENT=\(argument) "))
    }
  }

  @Test func aFloodOfOutputIsCutAndNamed() throws {
    let flood = try apus("map", "yes {}", ":::", "1")
    #expect(
      flood.status == 1
        && flood.errors.contains("MB to its standard output, which is kept in memory"))
    #expect(flood.output.isEmpty)
    let words = try apus("map", "--time-limit", "1", "yes {} >&2", ":::", "1")
    #expect(words.status == 1 && words.errors.contains("more bytes of output are left out"))
    #expect(words.errors.contains("took longer than its limit"))
  }

  @Test func failuresAreNamedAndTheOthersGoOn() throws {
    let run = try apus(
      "map", "--workers", "2", "echo out; echo err >&2; exit {}", ":::", "0", "3", "0")
    #expect(run.status == 1 && run.output == "out\nout\n")
    #expect(run.errors.contains("apus: error: command 1: exit status 3"))
    #expect(run.errors.contains("1 of 3 commands failed, the first with index 1."))
    #expect(run.errors.contains("task 1: err") && run.errors.contains("task 1: out"))
    let signal = try apus("map", "kill -9 $$", ":::", "x")
    #expect(signal.errors.contains("command 0: killed by signal 9 (kill)"))
    let absent = try apus("map", "no-such-program", "x", ":::", "y")
    #expect(absent.errors.contains("no-such-program cannot be started"))
  }

  @Test func anArgumentThatTheSystemCannotTakeFailsAlone() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("lines")
    try Data("a\n\(String(repeating: "x", count: 200_000))\nb\n".utf8).write(to: file)
    let run = try apus("map", "printf '%.1s'", "::::", file.path)
    #expect(run.status == 1 && run.output == "ab")
    #expect(run.errors.contains("command 1: /bin/sh cannot be started: Argument list too long"))
  }

  @Test func bytesThatAreNotUTF8ArriveAsTheyAre() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("zeros")
    try Data([0xff, 0x0a, 0x62, 0x00, 0x27, 0x00]).write(to: file)
    let run = try apus("map", "--null", "printf %s {} | od -An -tx1", "::::", file.path)
    #expect(run.output == " ff 0a 62\n 27\n")
  }

  @Test func whatADryRunPrintsDoesTheSame() throws {
    let words = ["echo \"$APUS_INDEX {} '{}'\"", ":::", "it's", "$(ls)", "a  b", "*"]
    let run = try Execution.run(Project.program("apus"), ["map"] + words)
    let dry = try Execution.run(Project.program("apus"), ["map", "--dry-run"] + words)
    let pasted = try Execution.run(URL(filePath: "/bin/sh"), ["-c", dry.output])
    #expect(pasted.output == run.output && !run.output.isEmpty)
  }

  @Test func aCommandBeyondItsLimitsEndsWithAllThatItStarted() throws {
    let mark = "600.\(Int.random(in: 1_000_000...9_999_999))"
    let run = try apus(
      "map", "--workers", "2", "--time-limit", "3", "{}", ":::", "echo a",
      "sleep \(mark) | cat & sleep \(mark)", "trap '' TERM; sleep \(mark) & while :; do :; done",
      "echo b")
    #expect(run.status == 1 && run.output == "a\nb\n")
    for index in 1...2 {
      #expect(run.errors.contains("command \(index): it took longer than its limit of 3.0 seconds"))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { id in
      let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
      return line.hasPrefix("sleep\0\(mark)")
    }
    #expect(left.isEmpty)
    let large = try apus(
      "map", "--memory", "100",
      "python3 -c 'x = bytes(300000000); y = bytearray(b\"1\") * 300000000; import time; time.sleep(60)'; true {}",
      ":::", "x")
    #expect(large.status == 1 && large.errors.contains("of the 100.0 MB allowed"))
  }

  @Test func whatACommandBeyondItsLimitHasStartedEndsBeforeTheNextOne() throws {
    let mark = "700.\(Int.random(in: 1_000_000...9_999_999))"
    let run = try apus(
      "map", "--workers", "1", "--time-limit", "5", "--retries", "1", "{}", ":::",
      "sleep \(mark) | cat",
      "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null | grep -c '^sleep \(mark)'; true"
    )
    #expect(run.output == "0\n" && run.errors.contains("command 0 at attempt 2: it took longer"))
  }

  @Test func mapsWithinCommandsHaveTheirOwnArgumentsAndIndices() throws {
    let program = try Project.program("apus").path
    let run = try apus(
      "map", "\(program) map --workers 1 'echo $APUS_INDEX' ::: x y; echo $APUS_INDEX {}", ":::",
      "1", "2")
    #expect(run.output == "0 x\n1 y\n0 1\n0 x\n1 y\n1 2\n")
  }

  @Test func theLastWordsOfAnEndedCommandAreShown() throws {
    let run = try apus(
      "map", "--time-limit", "0.3",
      "trap '' TERM; echo important >&2; echo; echo {} >&2; while :; do :; done",
      ":::", "a")
    #expect(run.errors.contains("task 0: important\ntask 0: a\n"))
  }

  @Test func aRefusedRunAppendsAndPrintsNothing() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.apus")
    let job = [
      "map", "--checkpoint", file.path, "test {} != 2 || exit 1; echo {}", ":::", "1", "2", "3",
    ]
    _ = try Execution.run(Project.program("apus"), job)
    let before = try Data(contentsOf: file)
    for other in [Array(job.dropLast()) + ["X"], ["map", "--seed", "5"] + job.dropFirst()] {
      let run = try Execution.run(Project.program("apus"), other)
      #expect(run.status == 2 && run.output.isEmpty, "\(run)")
      #expect(try Data(contentsOf: file) == before)
    }
    let seed = try Execution.run(Project.program("apus"), ["map", "--seed", "5"] + job.dropFirst())
    #expect(seed.errors.contains("the command or its seed was another one"))
  }

  @Test func aRunGoesOnWhereItStoppedAndIsListed() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, log) = (
      folder.appendingPathComponent("run.apus").path, folder.appendingPathComponent("log").path
    )
    let job = "echo x >> \(log); test {} != 3 || test -e \(log).ok || exit 5; echo {}"
    let first = try apus("map", "--checkpoint", file, job, ":::", "1..6")
    #expect(first.status == 1 && first.output == "1\n2\n4\n5\n6\n")
    let listed = try apus("runs", folder.path)
    #expect(listed.output.contains("5 of 6 tasks, 1 failed, stopped"))
    #expect(listed.output.contains("task 2, attempt 1: ApusWorkers.CommandFailure: exit status 5"))
    try Data().write(to: URL(filePath: log + ".ok"))
    let second = try apus("map", "--checkpoint", file, job, ":::", "1..6")
    #expect(second.status == 0 && second.output == "1\n2\n3\n4\n5\n6\n")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == String(repeating: "x\n", count: 7))
    let other = try apus("map", "--checkpoint", file, job, ":::", "2..7")
    #expect(other.status == 2 && other.errors.contains("belongs to another run"))
    let json = try apus("runs", file, "--json")
    let runs = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let run = try #require((runs["runs"] as? [[String: Any]])?.first)
    #expect(run["finished"] as? Int == 6 && (run["failures"] as? [Any])?.isEmpty == true)
    let foreign = try apus("runs", log)
    #expect(foreign.status == 2 && foreign.errors.contains("is not a checkpoint"))
  }

  @Test func argumentsThatMakeNoSenseAreAnswered() throws {
    for (words, expected) in [
      (["echo", ":::", "a", ":::", "b"], "once"), (["echo", "::::", "a", "b"], "One file follows"),
      (["echo", "::::", "/no/such/file"], "cannot be read"),
      (["--retries=-1", "echo", ":::", "a"], "--retries must be"),
      (["--bogus", "echo", ":::", "a"], "There is no option --bogus"),
      (["echo", ":::", "5..1"], "A range ascends"), (["echo;", ":::", "a"], "write {}"),
    ] {
      let run = try Execution.run(Project.program("apus"), ["map"] + words)
      #expect(run.status == 2 && run.errors.contains(expected), "\(run.errors)")
    }
    let help = try apus("map", "--help")
    #expect(help.status == 0 && help.output.contains("USAGE") && help.output.contains("--dry-run"))
    let dashed = try apus("map", "--", "echo", "--workers", ":::", "a")
    #expect(dashed.output == "--workers a\n")
    let none = try apus("map", "echo", ":::")
    #expect(none.status == 0 && none.output.isEmpty)
  }
}
