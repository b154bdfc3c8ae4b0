// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Foundation
import TestSupport
import Testing

@Suite struct RandomCommandTests {
  private func apus(_ arguments: String...) throws -> Execution {
    try Execution.run(Project.program("apus"), ["random"] + arguments)
  }

  private func lines(_ run: Execution) -> [String] {
    run.output.split(separator: "\n").map(String.init)
  }

  @Test func drawsAreThoseOfTheTaskOfAMap() throws {
    var seed = Seed(42)
    var generator = seed.streams().makeSource()[7]
    let mine = (0..<20).map { _ in "\(generator.normal())" }
    #expect(lines(try apus("--seed", "42", "--task", "7", "--draw", "normal:20")) == mine)
  }

  @Test func csvHasAHeaderAndNumbersAndBinaryTheBits() throws {
    var generator = PCG64(SeedSequence(5, spawnKey: [3]))
    let options = ["--generator", "pcg64", "--seed", "5", "--task", "3"]
    let csv = try Execution.run(
      Project.program("apus"), ["random"] + options + ["--draw", "gamma(2,3):2", "--format", "csv"])
    let values = [generator.gamma(shape: 2, scale: 3), generator.gamma(shape: 2, scale: 3)]
    #expect(lines(csv) == ["draw,value", "0,\(values[0])", "1,\(values[1])"])
    let vector = try apus("--draw", "dirichlet(1,2,3):1", "--format", "csv")
    #expect(lines(vector)[0] == "draw,value1,value2,value3")
  }

  @Test(arguments: ["words32", "words"], [1, 3])
  func binaryWordsInterleaveTheStreams(name: String, count: Int) throws {
    let file = try Project.temporaryFolder().appendingPathComponent("words")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    let program = try Project.program("apus").path
    let command =
      "'\(program)' random --seed 9 --draw \(name):3001 --format binary --interleave \(count) "
      + "> '\(file.path)'"
    let run = try Execution.run(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
    #expect(run.status == 0, "\(run.errors)")
    let source = Streams<Philox4x64>(at: StreamOrigin(seed: 9, spawnKey: [1])).makeSource()
    var generators = (0..<count).map { source[$0] }
    let expected = (0..<3001).flatMap { i -> [UInt8] in
      let word =
        name == "words" ? generators[i % count].next() : UInt64(generators[i % count].nextUInt32())
      return (0..<(name == "words" ? 8 : 4)).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    #expect(try [UInt8](Data(contentsOf: file)) == expected)
  }

  @Test func extremeParametersGiveValuesAndNoTrap() throws {
    for (draw, expected) in [
      ("geometric(1e-17):1", "\(Int.max)"), ("permutation(0):1", ""), ("normal:0", nil),
      ("binomial(0,0.5):1", "0"), ("zipf(1.0000000000000002):1", nil), ("vonmises(0,1e17):1", nil),
    ] {
      for scheme in ["map", "legacy-seeds", "r-streams"] {
        for format in ["text", "csv"] {
          let run = try apus("--streams", scheme, "--seed", "1", "--draw", draw, "--format", format)
          #expect(run.status == 0, "\(draw) \(scheme): \(run.errors)")
          if let expected, scheme == "legacy-seeds", format == "text" {
            #expect(run.output == expected + "\n")
          }
        }
      }
    }
    #expect(try apus("--streams", "r-streams", "--seed", "-5", "--draw", "uniform:1").status == 0)
  }

  @Test func anEndlessDrawEndsWhenItsReaderGoesAway() throws {
    let program = try Project.program("apus").path
    let commands = [
      "'\(program)' random --draw normal:endless | head -n 2 | wc -l",
      "'\(program)' random --draw words:endless --format binary | head -c 99 | wc -c",
    ]
    for (command, count) in zip(commands, ["2", "99"]) {
      let run = try Execution.run(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
      #expect(run.output.split(whereSeparator: \.isWhitespace) == [Substring(count)])
      #expect(run.errors.isEmpty)
    }
  }

  @Test(arguments: [
    "map", "numpy-spawn", "legacy-seeds", "r-streams", "r-mclapply", "r-future",
  ])
  func explainSaysWhoGetsWhatAndTheGuarantee(scheme: String) throws {
    let run = try apus("explain", "--streams", scheme, "--seed", "3", "--task", "4", "--json")
    struct Explanation: Decodable {
      let isProved: Bool
      let guarantee: String
      let language: String
      let reproduce: String
      let firstUniform: Double
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(Explanation.self, from: Data(run.output.utf8))
    #expect(report.isProved == !["numpy-spawn", "legacy-seeds"].contains(scheme))
    #expect(!report.guarantee.isEmpty)
    let isR = scheme.hasPrefix("r-")
    #expect(report.language == (isR ? "R" : "Python"))
    #expect(report.reproduce.contains(isR ? "set.seed(3)" : "numpy.random"))
    let first = report.firstUniform
    let drawn = lines(
      try apus("--streams", scheme, "--seed", "3", "--task", "4", "--draw", "uniform:1"))
    #expect(drawn == ["\(first)"])
  }

  @Test func tasksThatReplacedTheirGeneratorAreStatus3() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.json")
    let uses = StreamUses(maps: [
      StreamUse(origin: StreamOrigin(seed: 1, spawnKey: [1]), words: [5, 0], unknown: [1])
    ])
    try JSONEncoder().encode(uses).write(to: file)
    let run = try apus("overlap", file.path)
    #expect(run.status == 3 && run.errors.contains("map 1 task 1"))
    let idle = StreamUses(maps: [
      StreamUse(origin: StreamOrigin(seed: 1, spawnKey: [1]), words: [0, 0])
    ])
    try JSONEncoder().encode(idle).write(to: file)
    let idleRun = try apus("overlap", file.path)
    #expect(idleRun.status == 3 && idleRun.errors.contains("no task drew"))
    let custom =
      #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "numpySpawn", "seed": 1, "#
      + #""place": [], "generator": "custom Foo"}, "words": [3, 4], "unknown": []}]}"#
    try Data(custom.utf8).write(to: file)
    let customRun = try apus("overlap", file.path, "--search")
    #expect(customRun.status == 0 && customRun.output.contains("nothing is known"))
    #expect(!customRun.output.contains("none: proved"))
  }

  @Test func aRecordedRunIsProvedAndARepeatedSeedNamed() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.json")
    let forest = try Execution.run(
      Project.program("apus"),
      [
        "forest", Project.file("Examples/Data/diabetes.csv").path, "--target", "progression",
        "--folds", "3", "--trees", "2", "--record", file.path,
      ])
    #expect(forest.status == 0, "\(forest.errors)")
    let proved = try apus("overlap", file.path)
    #expect(proved.status == 0 && proved.output.contains("none: proved"))

    var uses = try JSONDecoder().decode(StreamUses.self, from: Data(contentsOf: file))
    #expect(uses.maps.count == 4)
    uses.maps.append(uses.maps[1])  // a forest; the folds themselves draw nothing
    try JSONEncoder().encode(uses).write(to: file)
    let shared = try apus("overlap", file.path)
    #expect(shared.status == 1)
    #expect(shared.errors.contains("map 2 task 0 and map 5 task 0 shared words"))
  }

  @Test func theTutorialsJobsRecordWhatTheyUse() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.json")
    for command in [
      ["pi", "--slices", "3", "--points", "1000"], ["means", "--tasks", "3", "--draws", "500"],
    ] {
      let run = try Execution.run(Project.program("apus"), command + ["--record", file.path])
      #expect(run.status == 0, "\(run.errors)")
      let uses = try JSONDecoder().decode(StreamUses.self, from: Data(contentsOf: file))
      #expect(uses.maps[0].words.count == 3 && uses.maps[0].words.allSatisfy { $0 >= 1000 })
      let check = try apus("overlap", file.path)
      #expect(check.status == 0 && check.output.contains("improbable"))
      let searched = try apus("overlap", file.path, "--search")
      #expect(searched.status == 0 && searched.output.contains("proved, in part by regenerating"))
    }
  }

  @Test(arguments: [
    #"{"#, #"[]"#, #"{"format": "apus-streams-2", "maps": []}"#, #"{"maps": []}"#,
    #"{"format": "apus-streams-1", "maps": [{"words": [1], "unknown": []}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "x"}, "words": [1], "unknown": []}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "legacySeeds", "base": -1}, "words": [], "unknown": []}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "legacySeeds", "base": 1}, "words": [-1], "unknown": []}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "legacySeeds", "base": 1}, "words": [1], "unknown": [-5]}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "legacySeeds", "base": 4294967295}, "words": [1, 1], "unknown": []}]}"#,
    #"{"format": "apus-streams-1", "maps": [{"origin": {"scheme": "legacySeedList", "seeds": [1]}, "words": [1, 1], "unknown": []}]}"#,
  ])
  func aFileThatIsNoRecordIsRefused(text: String) throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("run.json")
    try Data(text.utf8).write(to: file)
    let run = try apus("overlap", file.path)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("apus: error: ") && run.errors.contains("run.json"))
  }

  @Test(arguments: [
    ["--draw", "normal:x"], ["--draw", "normal(1):2"], ["--draw", "gauss:2"],
    ["--draw", "gamma(-1):2"],
    ["--draw", "normal:-2"], ["--draw", "normal(0,1"], ["--draw", "integers(3,3):1"],
    ["--draw", "binomial(1.5,0.5):1"], ["--seed", "-1"], ["--seed", "x"], ["--task", "-1"],
    ["--streams", "r-streams", "--seed", "4294967296"],
    ["--streams", "legacy-seeds", "--seed", "4294967296"],
    ["--streams", "legacy-seeds", "--seed", "4294967295", "--task", "1"], ["--seed", "-5"],
    ["--draw", "poisson:3"], ["--draw", "negative_binomial(1e18,1e-10):2"],
    ["--draw", "uniform(-1e308,1e308):1"], ["--draw", "permutation(-1):1"], ["--draw", ":3"],
    ["--streams", "map", "--generator", "pcg64"],
    ["--streams", "r-streams", "--generator", "pcg64"],
    ["--generator", "mt19938"], ["--place", "2", "--generator", "pcg64"], ["--interleave", "0"],
    ["--interleave", "4", "--draw", "normal:3"], ["overlap", "/nowhere.json"],
    ["explain", "--task", "-1"], ["battery", "--count", "1"], ["battery", "--rounds", "3"],
  ])
  func badInputIsOneLineAndStatus2(arguments: [String]) throws {
    let run = try Execution.run(Project.program("apus"), ["random"] + arguments)
    #expect(run.status == 2, "\(arguments): \(run.output)")
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("apus: error: ") && run.errors.split(separator: "\n").count == 1)
  }

  @Test func theWrongWaysOfTheDocumentationGoWrongAndTheRightOneDoesNot() throws {
    let run = try Execution.run(Project.program("WrongStreams"), [])
    let values = lines(run).map { $0.split(separator: " ").map(String.init) }
    #expect(lines(run)[0].hasSuffix("distinct means: 1 of 8"))
    let seeded = values[1].compactMap { Double($0.replacing(",", with: "")) }
    let streams = values[3].compactMap { Double($0.replacing(",", with: "")) }
    #expect(seeded.count == 4 && seeded[1] != seeded[3])
    #expect(streams.count == 4 && streams[1] == streams[3])
  }

  @Test func theBatteryPassesGoodStreamsAndFailsWordsThatRepeat() throws {
    let good = try apus("battery", "--count", "8", "--rounds", "1300")
    #expect(good.status == 0 && lines(good).count == 6)
    let command =
      "yes | '\(try Project.program("apus").path)' random battery --stdin --count 8 --rounds 1300"
    let bad = try Execution.run(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
    #expect(bad.status == 1 && bad.errors.contains("Failed: pairs"))
    let short = try Execution.run(
      Project.program("apus"), ["random", "battery", "--stdin", "--count", "8", "--rounds", "1300"])
    #expect(short.status == 2 && short.errors.contains("41600 are needed"))
  }
}
