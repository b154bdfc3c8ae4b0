// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables
import Foundation
import TestSupport
import Testing

@Suite struct ForestCommandTests {
  static let diabetes = Project.file("Examples/Data/diabetes.csv").path

  private func apus(_ arguments: String...) throws -> Execution {
    try Execution.run(Project.program("apus"), arguments)
  }

  private func withFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("data.csv")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try body(file.path)
  }

  private func report(_ run: Execution) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func theReportIsTheSameAtAnyWidth() throws {
    let reports = try workerCounts.map { workers in
      let run = try apus(
        "forest", Self.diabetes, "--target", "progression", "--folds", "4", "--trees", "5",
        "--features", "third", "--seed", "7", "--workers", "\(workers)", "--json")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      return try report(run)
    }
    for report in reports {
      for key in ["correlation", "r_squared", "root_mean_squared_error"] {
        #expect(report[key] as? Double == reports[0][key] as? Double)
      }
      #expect(report["seed"] as? String == "7")
      #expect(report["rows"] as? Int == 442 && report["features_tried"] as? Int == 3)
    }
    #expect(try #require(reports[0]["correlation"] as? Double) > 0.5)
  }

  @Test func aSeedThatWasDrawnCanBeGivenAgain() throws {
    let first = try report(
      apus(
        "forest", Self.diabetes, "--target", "progression", "--rows", "3", "--trees", "5", "--json")
    )
    let seed = try #require(first["seed"] as? String)
    let again = try report(
      apus(
        "forest", Self.diabetes, "--target", "progression", "--rows", "3", "--trees", "5", "--json",
        "--seed", seed))
    #expect(
      first["root_mean_squared_error"] as? Double == again["root_mean_squared_error"] as? Double)
  }

  @Test func predictionsAndPlotAreWritten() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (csv, svg) = (
      folder.appendingPathComponent("p.csv"), folder.appendingPathComponent("p.svg")
    )
    let run = try apus(
      "forest", Self.diabetes, "--target", "progression", "--rows", "6", "--trees", "5", "--seed",
      "1", "--predictions", csv.path, "--plot", svg.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("correlation") && run.output.contains("trees/s"))
    let lines = try String(contentsOf: csv, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 7 && lines[0] == "row,observed,predicted,line")
    #expect(lines[1].hasPrefix("1,151.0,") && lines[6].hasSuffix(",7"))
    let plot = try String(contentsOf: svg, encoding: .utf8)
    #expect(plot.components(separatedBy: "<circle").count == 7)
    #expect(plot.hasPrefix("<svg") && plot.contains("predicted progression"))
  }

  @Test func semicolonsQuotesAndMissingValuesAreRead() throws {
    let text = "\"a; b\";c;y\r\n1;2;3\r\n;NA;4\r\n\"3\";1;5\r\n"
    try withFile(text) { path in
      let run = try apus("forest", path, "--target", "y", "--trees", "3", "--seed", "1", "--json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try report(run)["rows"] as? Int == 3)
    }
  }

  static let badFiles: [(text: String, expected: String)] = [
    ("", "is empty"),
    ("\n\n", "is empty"),
    ("a,y\n", "has no rows"),
    ("a,y\n1,2\n", "has one row"),
    ("a,b\n1,2\n3,4\n", "no column \"y\"; the columns are a, b"),
    ("a,y\n1,2\n3,x4\n", "line 3, column \"y\": \"x4\" is not a number, but most values look like"),
    ("a,y\nhello,2\n3,4\n", "line 2, column \"a\": \"hello\" is not a number"),
    ("a,y\n1,2\n3,\n", "line 3, column \"y\": the value to predict is missing; --drop-missing"),
    ("a,y\n1,2\n3,4,5\n", "line 3: 3 fields, but the first row has 2"),
    ("a,a,y\n1,2,3\n1,2,3\n", "two columns named \"a\""),
    ("y\n1\n2\n", "no column besides"),
    ("a,y\n1,inf\n3,4\n", "line 2, column \"y\": the value is infinite"),
    ("\"a,y\n1,2\n3,4\n", "a quotation mark opens a field that never ends"),
    (
      "d,y\n2024-01-01,2\n2024-01-02,4\n",
      "\"d\" is not numeric: row 1 has \"2024-01-01\". Leave it out"
    ),
    ("a,y\n1,2024-01-01\n2,2024-01-02\n", "\"y\" holds dates"),
    ("a,y\n1,2\n2,\"1,234\"\n3,4\n", "line 3, column \"y\": \"1,234\" is not a number"),
    ("a,y\n1,2\n2,1e400\n3,4\n", "line 3, column \"y\": \"1e400\" is not a number"),
    ("y,a\n1,\"1,234\"\n2,\"2,345\"\n", "column \"a\": \"1,234\" is not a number"),
    (
      "a,y\n" + (0..<300).map { "1,t\($0)x\n" }.joined(),
      "column \"y\" has 300 different texts, more than 256 classes"
    ),
    ("a,y\n1,2\n\n\n3,\n", "line 5, column \"y\": the value to predict is missing"),
  ]

  @Test(arguments: badFiles)
  func badFilesGetOneClearLineAndStatus2(text: String, expected: String) throws {
    try withFile(text) { path in
      let run = try apus("forest", path, "--target", "y")
      #expect(run.status == 2)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(expected), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test(arguments: [
    ["--trees", "0"], ["--folds", "1"], ["--folds", "443"], ["--features", "none"],
    ["--features", "11"], ["--min-leaf", "0"], ["--rows", "443"], ["--rows", "0"],
    ["--trees", "9223372036854775807"], ["--min-leaf", "9223372036854775807"],
    ["--predictions", "out", "--plot", "out"], ["--workers", "0"], ["--seed", "-1"],
    ["--plot", "/no/such/folder/p.svg"], ["--frobnicate"], ["--decimal", "x"],
    ["--separator", "ab"], ["--without", "progression"], ["--without", "nothing"],
    ["--predictions", diabetes], ["--plot", diabetes], ["--record", diabetes],
    ["--predictions", "out", "--record", "./out"],
  ])
  func badOptionsGetOneClearLineAndStatus2(options: [String]) throws {
    let run = try Execution.run(
      Project.program("apus"), ["forest", Self.diabetes, "--target", "progression"] + options)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("apus: error: "))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func targetsTooLargeForTheirSquaresStillGiveAReport() throws {
    try withFile("a,y\n1,1e200\n2,-1e200\n3,2e200\n") { path in
      let run = try apus("forest", path, "--target", "y", "--trees", "3", "--json")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    }
  }

  @Test func aMissingFileIsNamed() throws {
    let run = try apus("forest", "/no/such/file.csv", "--target", "y")
    #expect(run.status == 2 && run.errors.contains("There is no file /no/such/file.csv."))
  }

  @Test func aFullDiskIsReportedAndStatus1() throws {
    #if os(Linux)
      let run = try apus(
        "forest", Self.diabetes, "--target", "progression", "--rows", "2", "--trees", "2",
        "--predictions", "/dev/full")
      #expect(run.status == 1)
      #expect(run.errors.contains("Writing /dev/full failed"), "\(run.errors)")
      #expect(run.output.contains("correlation"))
    #endif
  }

  @Test func textsAreClassifiedAndCoded() throws {
    let rows = (0..<40).map { row in
      row % 3 == 0 ? "red,\(row),yes" : "blue,\(row),\"no, \"\"x\"\"\""
    }
    let text = (["color,n,y"] + rows + ["red,1,"]).joined(separator: "\n")
    try withFile(text) { path in
      let outputs = (path + ".out", path + ".svg")
      let arguments = [
        "--target", "y", "--trees", "9", "--seed", "1", "--drop-missing", "--folds", "4",
      ]
      let run = try Execution.run(
        Project.program("apus"),
        ["forest", path, "--predictions", outputs.0, "--plot", outputs.1] + arguments)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("left out    1 rows without y"))
      #expect(run.output.contains("texts       color (2 levels), a feature for each level"))
      #expect(run.output.contains("accuracy    100.0 % (the most frequent class alone: 65.0 %)"))
      let table = try Table(csv: outputs.0)
      #expect(table.names == ["row", "observed", "predicted", "line"] && table.rowCount == 40)
      #expect(try table.column("observed").texts == table.column("predicted").texts)
      #expect(try table.column("observed").texts[0...1] == ["yes", "no, \"x\""])
      #expect(try String(contentsOfFile: outputs.1, encoding: .utf8).contains("predicted y"))
      let json = try report(
        Execution.run(Project.program("apus"), ["forest", path, "--json"] + arguments))
      let classification = try #require(json["classification"] as? [String: Any])
      #expect(classification["confusion"] as? [[Int]] == [[26, 0], [0, 14]])
      let importance = try #require(json["importance"] as? [[String: Any]])
      #expect(importance.map { $0["feature"] as? String } != [] && importance.count == 3)
      #expect(json["dropped_rows"] as? Int == 1)
    }
  }

  @Test func missingTextsSeparatorAndDecimalMarkCanBeNamed() throws {
    try withFile("a:y\n1,5:2\n-:4\n3,5:5\n") { path in
      let run = try apus(
        "forest", path, "--target", "y", "--trees", "3", "--separator", ":", "--decimal", ",",
        "--missing=-", "--json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try report(run)["rows"] as? Int == 3)
    }
  }

  @Test func allThatIsWrongWithTheOptionsIsSaidBeforeTheFileIsRead() throws {
    let run = try apus(
      "forest", "/no/such/file.csv", "--target", "y", "--trees", "0", "--rows", "0", "--min-leaf",
      "0", "--decimal", "x")
    #expect(run.status == 2 && run.errors.split(separator: "\n").count == 1)
    for option in ["--trees must", "--rows must", "--min-leaf must", "--decimal must"] {
      #expect(run.errors.contains(option))
    }
    #expect(!run.errors.contains("There is no file"))
  }

  @Test(arguments: [
    (["forest", "x", "--target", "y", "--features", "sqr"], "all, third, sqrt, log2 or a number"),
    (["forest", "x", "--target", "y", "--features", "sqr"], "did you mean sqrt?"),
    (
      ["forest", "x", "--target", "y", "--folds", "1"], "--folds must be loo or a number from 2 on"
    ),
    (["forst", "x"], "There is no command forst; did you mean forest?"),
    (["frobnicate"], "the commands are forest, pi, means"),
    (["cluster", "strat"], "did you mean start?"),
    (["forest", "x", "--target", "y", "--tres", "3"], "--trees"),
  ])
  func whatIsNotKnownIsAnsweredWithWhatIsValid(arguments: [String], expected: String) throws {
    let run = try Execution.run(Project.program("apus"), arguments)
    #expect(run.status == 2 && run.errors.contains(expected), "\(run.errors)")
  }
}
