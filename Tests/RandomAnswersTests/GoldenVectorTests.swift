// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// All vectors in `Tests/Vectors/rng`, answered by the program `random-answers`.
///
/// Unanswered cases are listed here by name, with the reason, and counted.
@Suite struct GoldenVectorTests {
  @Test(arguments: [
    ("mt19937", 102), ("pcg64", 112), ("pcg64dxsm", 65), ("philox", 124), ("sfc64", 45),
    ("randomstate", 90), ("variates", 121),
  ])
  func everyCaseOfNumPyAgrees(file: String, count: Int) throws {
    let cases = try Self.cases(of: file)
    let answers = try Self.answers(to: cases)
    #expect(cases.count == count)
    for one in cases {
      let id = try #require(one["id"] as? String)
      #expect(answers[id] == one["values"] as? [String], "\(id) \(one["draw"] ?? "")")
    }
  }

  /// The six cases of rngtools are left out, because how it derives its seeds is unknown here.
  @Test func everyCaseOfRAgrees() throws {
    let cases = try Self.cases(of: "r").map { one in
      one.merging(["count": (one["values"] as? [String])?.count ?? 0]) { $1 }
    }
    let answers = try Self.answers(to: cases)
    var agreeing = 0
    for one in cases {
      let id = try #require((one["id"] as? [String])?.first)
      if id.hasPrefix("rngtools_RNGseq") { continue }
      #expect(answers[id] == one["values"] as? [String], "\(id)")
      agreeing += 1
    }
    #expect(cases.count == 177 && agreeing == 171)
  }

  @Test func everyKnownAnswerOfRandom123Agrees() throws {
    let known = try #require(try Self.document("other")["random123_kat"] as? [[String: Any]])
    let cases = known.enumerated().map { $1.merging(["id": "\($0)"]) { $1 } }
    let answers = try Self.answers(to: cases)
    #expect(cases.count == 30)
    for (i, one) in cases.enumerated() {
      #expect(answers["\(i)"] == one["output"] as? [String], "\(one)")
    }
  }

  @Test func everyListOfXoshiro256StarStarAgrees() throws {
    let known = try #require(try Self.document("other")["xoshiro256starstar"] as? [[String: Any]])
    #expect(known.count == 4)
    for list in ["state", "raw", "after_jump", "after_long_jump", "after_2_jumps"] {
      let cases = known.enumerated().map { i, one -> [String: Any] in
        let count = (one[list] as? [String])?.count ?? 0
        return [
          "id": "\(i)", "splitmix64_seed": one["splitmix64_seed"] ?? "", "draw": [list, count],
        ]
      }
      let answers = try Self.answers(to: cases)
      for (i, one) in known.enumerated() {
        #expect(answers["\(i)"] == one[list] as? [String], "\(list)")
      }
    }
  }

  @Test(arguments: ["pool", "u32", "u64", "child1_u32", "grandchild_u32"])
  func everySeedSequenceAgrees(list: String) throws {
    let cases = try Self.cases(of: "seedsequence").map { one in
      var one = one
      let count = (one[list] as? [String])?.count ?? 0
      one["draw"] = list.hasPrefix("u") ? [list, count] as [Any] : [list]
      return one
    }
    let answers = try Self.answers(to: cases)
    #expect(cases.count == 35)
    for one in cases {
      let id = try #require(one["id"] as? String)
      #expect(answers[id] == one[list] as? [String], "\(id)")
    }
  }

  @Test func theTutorialsSlicesAgreeForSmallCounts() throws {
    let tutorial = try Self.document("tutorial")
    let small = try #require(tutorial["pi_hits_small_n"] as? [String: [Int]])
    var cases: [[String: Any]] = []
    var expected: [String: [String]] = [:]
    for (n, hits) in small {
      for seed in stride(from: 0, to: 480, by: 7) {
        let id = "pi/\(n)/\(seed)"
        cases.append(["id": id, "seed": seed, "n": Int(n)!, "draw": ["pi_hits"]])
        expected[id] = ["\(hits[seed])"]
      }
    }
    #expect(cases.count == 8 * 69)
    #expect(try Self.answers(to: cases) == expected)
  }

  @Test func jumpingAndStoringCountTheSamePoints() throws {
    // More than 10,000 points take the jump, fewer take the array; the expected counts are NumPy's.
    let cases = [0, 1, 479].map { seed -> [String: Any] in
      ["id": "\(seed)", "seed": seed, "n": 312_123, "draw": ["pi_hits"]]
    }
    let answers = try Self.answers(to: cases)
    #expect(answers == ["0": ["245171"], "1": ["245309"], "479": ["245541"]])
  }

  @Test func badQuestionsAreLeftOutAndOthersAnswered() throws {
    let good = try Self.cases(of: "pcg64")[0]
    let goodID = try #require(good["id"] as? String)
    let cases: [[String: Any]] = [
      good, ["id": "a"], ["id": "b", "file": "pcg64", "draw": ["raw", 3]],
      ["id": "c", "file": "pcg64", "init": ["kind": "ss", "entropy": "x"], "draw": ["raw", 3]],
      [
        "id": "d", "file": "pcg64", "init": ["kind": "ss", "entropy": "1"],
        "draw": ["zipf", 0.5, 3],
      ],
    ]
    #expect(Set(try Self.answers(to: cases).keys) == [goodID])
  }

  @Test func oddQuestionsAreLeftOutWithoutACrashOrAHang() throws {
    let seeded: [String: Any] = ["kind": "ss", "entropy": "1"]
    let legacy: [String: Any] = ["kind": "legacy", "seed": 1]
    let huge = 1 << 61
    let draws: [[Any]] = [
      ["raw", -1], ["random", huge], ["permutation", -1], ["permutation", huge],
      ["integers", 0, 10, -1, "int64"], ["integers", 0, 2, -3, "bool"],
      ["choice_p", [0.5, 0.4], 3],
      ["choice_noreplace", huge, huge / 2], ["normal", 0, -1, 3], ["uniform", -1e308, 1e308, 3],
      ["sha256", "random", -1], ["random", true], [true], [],
      ["standard_gamma", -1, 3], ["beta", 0, 1, 3], ["poisson", -1, 3], ["poisson", 1e19, 3],
      ["binomial", 5, 1.5, 3], ["binomial", -5, 0.5, 3], ["geometric", 0, 3], ["zipf", 1, 3],
      ["hypergeometric", 5, 5, 11, 3], ["hypergeometric", 1e18, 5, 3, 3], ["vonmises", 0, -1, 3],
      ["multinomial", 5, [0.9, 0.9, 0.1], 3], ["multinomial", 5, [], 3], ["dirichlet", [0], 3],
      ["dirichlet", [], 3], ["triangular", 1, 0, 2, 3], ["lognormal", 0, -1, 3],
      ["standard_gamma", 1, -3], ["gamma", 1], ["weibull", "x", 3],
    ]
    var cases: [[String: Any]] = []
    for file in ["pcg64", "philox", "mt19937", "randomstate"] {
      for draw in draws {
        let start = file == "randomstate" ? legacy : seeded
        cases.append(["id": "\(cases.count)", "file": file, "init": start, "draw": draw])
      }
    }
    let pres: [[Any]] = [
      ["raw", "-5"], ["jumped", "-1"], ["jumped", "36893488147419103232"], [true],
    ]
    for pre in pres {
      for file in ["pcg64", "philox", "mt19937"] {
        cases.append([
          "id": "\(cases.count)", "file": file, "init": seeded, "pre": [pre], "draw": ["raw", 3],
        ])
      }
    }
    cases += [
      ["id": "a", "file": "pcg64", "api": "randomstate", "init": seeded, "draw": ["random", 2]],
      ["id": "b", "file": "seedsequence", "entropy": "-1", "count": 4],
      ["id": "c", "file": "seedsequence", "entropy": "1", "pool_size": 1 << 50],
      ["id": "d", "file": "seedsequence", "entropy": "1", "count": -4],
      ["id": "e", "seed": 1, "n": -1, "draw": ["pi_hits"]],
      ["id": "lecuyer/x/runif", "file": "r"], ["id": "lecuyer/1/streamx/runif", "file": "r"],
      ["id": "mt/1/sample", "file": "r", "range": 0], ["id": "mt/1/runif", "count": -1],
      ["id": "clusterSetRNGStream/1/0", "file": "r"], ["id": "qnorm", "p": ["0000000000000000"]],
      ["id": "g", "generator": "philox4x32", "rounds": 10, "counter": ["0x1"], "key": ["1", "2"]],
      ["id": "h", "splitmix64_seed": "x"],
      [
        "id": "f", "file": "randomstate", "draw": ["raw", 1],
        "init": ["kind": "legacy_array", "seed": [1, 1 << 33]] as [String: Any],
      ],
    ]
    let answered = try Self.answers(to: cases)
    #expect(
      answered.keys.sorted() == [], "\(cases.filter { answered[$0["id"] as! String] != nil })")
  }
}

extension GoldenVectorTests {
  private static func document(_ name: String) throws -> [String: Any] {
    let data = try Project.vectors("rng/\(name).json")
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static func cases(of file: String) throws -> [[String: Any]] {
    let cases = try #require(document(file)["cases"] as? [[String: Any]])
    return cases.map { $0.merging(["file": file]) { $1 } }
  }

  private static func answers(to cases: [[String: Any]]) throws -> [String: [String]] {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (questions, answers) = (
      folder.appendingPathComponent("q.json"), folder.appendingPathComponent("a.json")
    )
    try JSONSerialization.data(withJSONObject: cases).write(to: questions)
    let run = try Execution.run(
      Project.program("random-answers"), [questions.path, answers.path])
    #expect(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: answers))
  }
}
