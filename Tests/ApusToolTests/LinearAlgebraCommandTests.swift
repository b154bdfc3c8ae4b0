// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@testable import ApusTool

@Suite struct LinearAlgebraCommandTests {
  private func apus(_ arguments: String..., environment: [String: String] = [:]) throws
    -> Execution
  {
    try Execution.run(Project.program("apus"), arguments, environment: environment)
  }

  private func json(_ run: Execution) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  private let native = ["APUS_BLAS": "native", "XDG_CACHE_HOME": "/dev/null/none"]

  @Test func theLibraryTheThreadsAndWhoDecidedAreSaid() throws {
    let run = try apus("blas", environment: native.merging(["APUS_NUM_THREADS": "3"]) { $1 })
    #expect(run.status == 0 && run.errors == "")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "library         Apus native")
    #expect(lines.contains("threads         at most 3 (APUS_NUM_THREADS), by operation and size"))
    #expect(lines.contains { $0.hasPrefix("thresholds      built-in") })
  }

  @Test func theSameIsThereAsJSON() throws {
    let report = try json(apus("blas", "--json", environment: native))
    #expect(report["library"] as? String == "Apus" && report["integer_bits"] as? Int == 64)
    let install = report["install"] as? String ?? ""
    #expect(install.hasPrefix("apt-get install ") || install.hasPrefix("pip install "))
  }

  @Test func aWishThatCannotBeFollowedEndsEveryCommand() throws {
    for arguments in [["blas"], ["blas", "benchmark"], ["blas", "calibrate"], ["linalg"]] {
      let run = try Execution.run(
        Project.program("apus"), arguments, environment: ["APUS_BLAS": "lapackish"])
      #expect(run.status == 2 && run.output == "")
      #expect(
        run.errors.hasPrefix(
          "apus: error: APUS_BLAS cannot be used: lapackish is neither a backend (native, "))
    }
  }

  @Test func everyBackendIsListedWithWhatCameOfIt() throws {
    let run = try apus("blas", "--list")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(run.status == 0 && lines.count == 14)
    #expect(lines[0].hasPrefix("native                   yes  Apus native ("))
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
      #expect(["yes", "no"].contains(String(words[1])) && words.count == 3, "\(line)")
    }
    #if os(Linux)
      #expect(
        lines.contains { $0.hasPrefix("accelerate               no   No library for accelerate") })
    #endif
  }

  @Test func aLibraryThatEndsItsProcessIsARefusal() {
    let ended = BackendProbe.answer(status: 11, output: Data(), complaint: Data())
    #expect(ended == .init(refusal: "its process ended (status or signal 11)"))
    let said = BackendProbe.answer(
      status: 2, output: Data(),
      complaint: Data("apus: error: APUS_BLAS cannot be used: no file\n".utf8))
    #expect(said == .init(refusal: "no file"))
    let noise = BackendProbe.answer(status: 0, output: Data("{}".utf8), complaint: Data())
    #expect(noise.found == nil && noise.refusal != nil)
  }

  @Test func theTutorialsJobSaysTimeAndShareOfPeak() throws {
    let report = try json(
      apus("linalg", "--size", "120", "--threads", "1", "--json", environment: native))
    let parts = try #require(report["parts"] as? [[String: Any]])
    #expect(parts.compactMap { $0["name"] as? String } == ["normal deviates", "x'x", "Cholesky"])
    #expect(report["threads"] as? Int == 1)
    #expect((parts[1]["gigaflops"] as? Double ?? 0) > 0)
    // The same matrix for any number of threads, and native products have the same bits.
    let again = try json(
      apus("linalg", "--size", "120", "--threads", "3", "--json", environment: native))
    #expect(report["log_determinant"] as? Double == again["log_determinant"] as? Double)
    #expect(report["trace"] as? Double == again["trace"] as? Double)
    let text = try apus("linalg", "--size", "50", environment: native).output
    #expect(text.contains("% of peak") && text.contains("total"))
  }

  @Test func sizesThatAreNoneAreRefused() throws {
    #expect(try apus("linalg", "--size", "0").status == 2)
    #expect(try apus("linalg", "--threads", "0").status == 2)
    #expect(try apus("blas", "benchmark", "--from", "9", "--to", "8").status == 2)
    #expect(try apus("blas", "benchmark", "--operation", "magic").status == 2)
    let unknown = try apus("blas", "calibrate", "--only", "magic")
    #expect(unknown.status == 2 && unknown.errors.contains("product, gram"))
  }

  @Test func speedsArePrintedAndDrawn() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plot = folder.appendingPathComponent("speed.svg")
    let run = try apus(
      "blas", "benchmark", "--operation", "product", "--operation", "cholesky", "--from", "8",
      "--to", "16", "--samples", "1", "--plot", plot.path, environment: native)
    #expect(run.status == 0 && run.errors == "")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2 + 2 * 3 && Set(lines.dropFirst().map(\.count)).count == 1)
    let svg = try String(contentsOf: plot, encoding: .utf8)
    #expect(svg.components(separatedBy: "<polyline").count == 1 + 2 * 3)
    #expect(svg.hasPrefix("<svg ") && !svg.contains("nan") && !svg.contains("inf"))
    #expect(try apus("blas", "benchmark", "--plot", "").status == 2)
    let nowhere = try apus("blas", "benchmark", "--plot", "/nonexistent/a.svg")
    #expect(nowhere.status == 2 && nowhere.errors.contains("/nonexistent"))
  }

  @Test func whatWasMeasuredIsStoredAndReadByTheNextProcess() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let environment = native.merging(
      ["XDG_CACHE_HOME": folder.path, "APUS_NUM_THREADS": "2"]) { $1 }
    let run = try apus(
      "blas", "calibrate", "--only", "matrixVector", "--even-if-busy", "--json",
      environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    let file = try #require(try json(run)["file"] as? String)
    #expect(file.hasPrefix(folder.path + "/apus/"))
    let report = try json(apus("blas", "--json", environment: environment))
    #expect(report["thresholds"] as? String == "measured on this machine")
    let other = environment.merging(["APUS_NUM_THREADS": "3"]) { $1 }
    #expect(
      try json(apus("blas", "--json", environment: other))["thresholds"] as? String != report[
        "thresholds"] as? String)
  }

  @Test func aProcessOfOneThreadHasNothingToCalibrate() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let nowhere = try apus("blas", "calibrate", environment: native)
    #expect(nowhere.status == 1 && nowhere.errors.contains("/dev/null/none/apus cannot be written"))
    let run = try apus(
      "blas", "calibrate",
      environment: native.merging(["APUS_NUM_THREADS": "1", "XDG_CACHE_HOME": folder.path]) { $1 })
    #expect(run.status == 1)
    #expect(
      run.errors
        == "apus: error: This process may use one thread (APUS_NUM_THREADS), so there is nothing to calibrate.\n"
    )
  }

  @Test func tablesAlign() {
    #expect(Text.table([["a", "bb"], ["ccc", "d"]]) == "a    bb\nccc   d")
    #expect(Text.table([]) == "")
  }
}
