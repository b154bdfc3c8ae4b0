// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Foundation
import Testing

@testable import ApusLinearAlgebra

/// `Scripts/test` runs the tests of this target in a separate process for each backend that it can install.
@Suite struct BackendTests {
  let wish = ProcessInfo.processInfo.environment["APUS_BLAS"]

  @Test func theBackendThatTheEnvironmentNamesIsInUse() throws {
    #expect(BLAS.selectionError == nil)
    guard let wish, wish != "auto" else { return }
    #expect(BLAS.current.info == (try BLAS.load(BLAS.Backend(wish)).info))
    if wish != "native" { #expect(BLAS.current.info.name != "Apus") }
  }

  @Test func theWidthOfIntegersIsFoundByAsking() {
    let isWide = ["openblas64", "python:numpy", "python:scipy-openblas64", "native"].contains(
      wish ?? "")
    if wish != nil && wish != "auto" {
      #expect(BLAS.current.info.integerWidth == (isWide ? 64 : 32))
    }
  }

  @Test func largeProductsAreExactOnOneAndTwoThreads() {
    let a = Matrix<Double>(rows: 230, columns: 250) { Double(($0 * 31 + $1 * 17) % 13 - 6) }
    let b = Matrix<Double>(rows: 250, columns: 270) { Double(($0 * 29 + $1 * 11) % 11 - 5) }
    let expected = BLAS.withBackend(.native) { (a * b, a.gram()) }
    for threads in [1, 2] {
      BLAS.withThreads(exactly: threads) {
        #expect(a * b == expected.0)
        #expect(a.gram() == expected.1)
      }
    }
  }

  @Test func matricesTimesVectorsAreExactWhereverTheVectorLies() {
    let a = Matrix<Double>(rows: 400, columns: 350) { Double(($0 * 31 + $1 * 17) % 13 - 6) }
    let table = Matrix<Double>(rows: 3, columns: 400) { Double(($0 * 7 + $1 * 5) % 9 - 4) }
    let row = table[rows: 1..<2]
    for threads in [1, 2] {
      BLAS.withThreads(exactly: threads) {
        #expect(a.transposed * row.transposed == Residuals.product(a.transposed, row.transposed))
        #expect(row * a == Residuals.product(row, a))
        #expect(a * a.row(2) == Residuals.product(a, Matrix(column: a.row(2))).elements)
        let part = a[rows: 5..<396, columns: 2..<348]
        #expect(part * part.row(1) == Residuals.product(part, Matrix(column: part.row(1))).elements)
      }
    }
  }

  @Test func manyTasksAtOnceGetRightProducts() {
    let a = Matrix<Double>(rows: 120, columns: 120) { Double(($0 * 31 + $1 * 17) % 13 - 6) }
    let positive = a.gram() + 5 * Matrix<Double>.identity(120)
    let expected = a.gram()
    let wrong = (0..<24).parallelMap(workers: 8) { task in
      let isRight =
        task % 6 > 0
        ? a.gram() == expected
        : BLAS.withThreads(exactly: 2) { (try? Residuals.cholesky(positive)) ?? 100 } < 30
      return isRight ? 0 : 1
    }.reduce(0, +)
    #expect(wrong == 0)
  }

  /// The factors are large, because only these use all buffers of a library.
  @Test func manyTasksAtOnceGetRightFactors() {
    let order = BLAS.current.library?.doubles.hasFactorisations == true ? 500 : 150
    let a: Matrix<Double> = AwkwardMatrices.random(order, order)
    let x: Matrix<Double> = AwkwardMatrices.random(order, 2, seed: 77)
    let b = Residuals.product(a, x)
    let scale = Double(order) * a.norm(.infinity) * Double.ulpOfOne
    let ratios = (0..<24).parallelMap(workers: 8) { task -> Double in
      if task % 2 == 0 {
        guard let solution = try? a.solve(b) else { return .infinity }
        return (a * solution - b).norm(.maximum) / (scale * solution.norm(.maximum))
      }
      guard let qr = try? a.qr() else { return .infinity }
      let back = qr.q * (qr.r * x)
      return (back - b).norm(.maximum) / (scale * x.norm(.maximum))
    }
    #expect(ratios.allSatisfy { $0 < 30 })
  }

  @Test func aMissingBackendIsRefusedWithReasons() {
    #expect(throws: BLASError.unknownName("lapackish")) { try BLAS.Backend("lapackish") }
    let error = #expect(throws: BLASError.self) {
      try BLAS.load(.files(["/nonexistent/libblas.so"]))
    }
    #expect(error?.code == .notLoadable)
    #expect(error?.message.contains("/nonexistent/libblas.so") ?? false)
  }

  @Test func aFileThatIsNoBLASIsRefused() throws {
    #if os(Linux)
      let libm = try #require(
        ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"]
          .first { FileManager.default.fileExists(atPath: $0) })
      #expect(throws: BLASError.symbolMissing(path: libm, symbol: "isamax_")) {
        try BLAS.load(.files([libm]))
      }
    #endif
  }

  /// The lock and the number of threads belong to the file, not to the name.
  @Test func aLibraryHasOneGovernorHoweverItIsNamed() throws {
    let current = BLAS.current
    // A backend named by its paths lacks the files that are only dependencies.
    guard let library = current.library, library.files.files.allSatisfy(\.providesSymbols) else {
      return
    }
    let byPath = try BLAS.load(.files(current.info.paths))
    #expect(byPath.routines === current.routines)
    if let wish, wish != "auto" {
      #expect(try BLAS.load(BLAS.Backend(wish)).routines === current.routines)
    }
  }

  @Test func intelsAndLLVMsOpenMPAreNotBroughtTogether() {
    let intel = "/env/lib/libiomp5.so", llvm = "/wheel/libomp-1a2b.so.5"
    #expect(
      OpenMPConflict.find(opening: [llvm, "/wheel/libblis-mt.so"], loaded: ["/a", intel]) == intel)
    #expect(OpenMPConflict.find(opening: ["/env/lib/libmkl_rt.so.3"], loaded: [llvm]) == llvm)
    #expect(OpenMPConflict.find(opening: ["/lib/libopenblas.so.0"], loaded: [llvm, intel]) == nil)
    #expect(OpenMPConflict.find(opening: [llvm], loaded: [llvm, "/lib/libgomp.so.1"]) == nil)
  }

  @Test(.enabled(if: ["mkl", "aocl"].contains(ProcessInfo.processInfo.environment["APUS_BLAS"])))
  func oneMKLAndAOCLAreNotLoadedIntoOneProcess() {
    _ = BLAS.current
    let error = #expect(throws: BLASError.self) {
      try BLAS.load(wish == "mkl" ? .aocl : .mkl)
    }
    #expect(error?.code == .conflict)
  }

  @Test func scopesOfThreadsNestAndEndWithErrors() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try BLAS.withThreads(1) { try BLAS.withThreads(2) { throw Stop() } }
    }
  }
}
