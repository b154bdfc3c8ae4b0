// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@Suite struct TutorialCommandTests {
  private func apus(_ arguments: String..., environment: [String: String] = [:]) throws -> Execution
  {
    try Execution.run(Project.program("apus"), arguments, environment: environment)
  }

  private func json(_ run: Execution) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(object as? [String: Any])
  }

  private static func tutorial() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Project.vectors("rng/tutorial.json"))
    return try #require(object as? [String: Any])
  }

  @Test(arguments: workerCounts) func piCountsNumPysPoints(workers: Int) throws {
    let small = try #require(Self.tutorial()["pi_hits_small_n"] as? [String: [Int]])
    let run = try apus(
      "pi", "--slices", "480", "--points", "1000", "--workers", "\(workers)", "--json")
    let report = try json(run)
    #expect(report["slice_hits"] as? [Int] == small["1000"])
    let shares = try #require(report["slices_per_worker"] as? [Int])
    #expect(shares.reduce(0, +) == 480 && shares.count <= workers)
  }

  @Test(arguments: workerCounts) func processesGiveTheSameNumbersAsThreads(workers: Int) throws {
    for (job, key) in [
      (["pi", "--slices", "30", "--points", "20000"], "slice_hits"),
      (["means", "--tasks", "9", "--draws", "20000"], "means"),
    ] {
      let threads = try json(Execution.run(Project.program("apus"), job + ["--json"]))
      let run = try Execution.run(
        Project.program("apus"), job + ["--on", "processes:\(workers)", "--json"])
      let processes = try json(run)
      #expect(processes[key] as? [Double] == threads[key] as? [Double])
      #expect(processes[key] as? [Double] != nil)
    }
  }

  @Test(arguments: workerCounts) func forestsAreTheSameInEveryPlace(workers: Int) throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = folder.appendingPathComponent("data.csv")
    let rows = (0..<40).map { "\($0 * 37 % 41),\($0 * $0 % 23),\($0 % 3 == 0 ? "red" : "blue")" }
    try Data(("a,b,color\n" + rows.joined(separator: "\n")).utf8).write(to: data)
    for (target, folds) in [("a", "loo"), ("a", "4"), ("color", "loo")] {
      let job = [
        "forest", data.path, "--target", target, "--folds", folds, "--trees", "7", "--seed", "3",
        "--predictions",
      ]
      var found: [String] = []
      for place in [
        [], ["--on", "processes:\(workers)"], ["--checkpoint", "\(data.path).\(target)\(folds)"],
      ] {
        let file = folder.appendingPathComponent("\(UUID()).csv")
        let run = try Execution.run(Project.program("apus"), job + [file.path] + place)
        #expect(run.status == 0, "\(run.errors)")
        found.append(try String(contentsOf: file, encoding: .utf8))
      }
      #expect(Set(found).count == 1 && found[0].split(separator: "\n").count == 41)
    }
  }

  @Test func aCheckpointIsGoneOnWithAndThatOfAnotherJobIsRefused() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("pi.apus").path
    let job = ["pi", "--points", "1000", "--checkpoint", file, "--json"]
    let program = try Project.program("apus")
    let first = try json(Execution.run(program, job + ["--slices", "20"]))
    let more = try Execution.run(program, job + ["--slices", "30", "--on", "processes:2"])
    #expect(more.errors.contains("20 tasks were finished before"))
    let hits = try #require(try json(more)["slice_hits"] as? [Int])
    #expect(Array(hits.prefix(20)) == first["slice_hits"] as? [Int] && hits.count == 30)
    let other = try apus("pi", "--points", "2000", "--checkpoint", file)
    #expect(other.status == 2 && other.errors.contains("belongs to another run"))
  }

  @Test func placesThatDoNotExistOrDifferAreErrors() throws {
    for (words, part) in [
      (["--on", "cloud"], "--on must be threads, processes"),
      (["--on", "processes:0"], "--on must be threads, processes"),
      (["--on", "processes:2", "--workers", "3"], "different numbers of workers"),
      (["--retries=-1"], "--retries must be"),
      (["--on", "processes", "--record", "x.json"], "--record"),
    ] {
      let run = try Execution.run(try Project.program("apus"), ["pi", "--slices", "1"] + words)
      #expect(run.status == 2 && run.errors.contains(part), "\(run.errors)")
    }
  }

  @Test func piPrintsItsEstimateForPeople() throws {
    let run = try apus("pi", "--slices", "3", "--points", "1000", "--workers", "1")
    #expect(run.output.hasPrefix("Pi is roughly "))
    #expect(run.output.contains("of 3,000 points"))
    #expect(run.output.contains("worker 1  3 slices"))
    #expect(run.errors.isEmpty)  // no progress bar without a terminal
  }

  @Test(arguments: workerCounts) func meansAreTheSameAtAnyWidth(workers: Int) throws {
    let run = try apus(
      "means", "--tasks", "9", "--draws", "20000", "--workers", "\(workers)", "--json")
    let means = try #require(try json(run)["means"] as? [Double])
    #expect(means.count == 9)
    let serial = try json(
      apus("means", "--tasks", "9", "--draws", "20000", "--workers", "1", "--json"))
    #expect(means == serial["means"] as? [Double])
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func meansAreNumPysToTheLastBit() throws {
    struct Report: Decodable { let means: [Double] }
    let run = try apus("means", "--tasks", "5", "--draws", "123457", "--json")
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    let program = """
      import numpy
      for i in range(5):
          numpy.random.seed(i)
          print(repr(float(numpy.mean(numpy.random.normal(0, 1, 123457)))))
      """
    let expected = try RealPython.lines(of: program).map { Double($0)! }
    #expect(report.means == expected)
  }

  @Test(arguments: [
    ["pi", "--slices", "0"], ["pi", "--points", "-1"], ["means", "--tasks", "x"],
    ["means", "--draws", "0"], ["nonsense"], ["pi", "extra"],
  ])
  func badArgumentsGetOneClearLineAndStatus2(arguments: [String]) throws {
    let run = try Execution.run(Project.program("apus"), arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("apus: error: "))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func aResultThatCannotBePrintedIsAFailure() throws {
    #if os(Linux)
      let apus = try Project.program("apus").path
      let run = try Execution.run(
        URL(fileURLWithPath: "/bin/sh"), ["-c", "'\(apus)' pi --slices 2 --points 10 > /dev/full"])
      #expect(run.status == 1 && run.errors.contains("standard output"), "\(run.errors)")
    #endif
  }

  @Test func helpAndVersionEndWithSuccess() throws {
    #expect(try apus("--version").status == 0)
    let help = try apus("forest", "--help")
    #expect(help.status == 0 && help.output.contains("--min-leaf"))
  }

  @Test func aBadVariableIsNamedAndTheWorkGoesOn() throws {
    let run = try apus(
      "pi", "--slices", "2", "--points", "10",
      environment: ["APUS_NUM_THREADS": "lots", "APUS_KERNELS": "mmx"])
    #expect(run.status == 0 && run.output.hasPrefix("Pi is roughly"))
    #expect(run.errors.contains("APUS_NUM_THREADS=lots"))
    #expect(run.errors.contains("APUS_KERNELS=mmx is not a level"))
  }
}
