// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@Suite struct ForestCommandTests {
  private static let diabetes = Project.file("Examples/Data/diabetes.csv").path

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
    #expect(lines.count == 7 && lines[0] == "row,observed,predicted")
    #expect(lines[1].hasPrefix("1,151.0,"))
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
    ("a,b\n1,2\n3,4\n", "has no column \"y\"; its columns are a, b"),
    ("a,y\n1,2\n3,x4\n", "row 2, column \"y\": \"x4\" is not a number"),
    ("a,y\nhello,2\n3,4\n", "row 1, column \"a\": \"hello\" is not a number"),
    ("a,y\n1,2\n3,\n", "row 2, column \"y\": the value to predict is missing"),
    ("a,y\n1,2\n3,4,5\n", "row 2: 3 fields, but the header has 2"),
    ("a,a,y\n1,2,3\n1,2,3\n", "two columns named \"a\""),
    ("y\n1\n2\n", "no column besides"),
    ("a,y\n1,inf\n3,4\n", "\"inf\" is not a number"),
    ("\"a,y\n1,2\n3,4\n", "a quotation mark is not closed"),
    ("a,y\n1,2\n\n\n3,\n", "row 4, column \"y\": the value to predict is missing"),
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
    ["--plot", "/no/such/folder/p.svg"], ["--frobnicate"],
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
}
