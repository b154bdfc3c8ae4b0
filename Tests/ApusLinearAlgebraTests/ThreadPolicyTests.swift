// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Testing

@testable import ApusLinearAlgebra

@Suite(.serialized) struct ThreadPolicyTests {
  let policy = ThreadPolicy.table(for: .openBLAS)

  private func cube(_ order: Double) -> Double { order * order * order }

  @Test func smallWorkHasOneThreadAndLargeWorkAllThatItIsWorth() {
    #expect(policy.threads(.product, work: cube(191), limit: 8) == 1)
    #expect(policy.threads(.product, work: cube(192), limit: 8) == 2)
    #expect(policy.threads(.product, work: 1.5 * cube(192), limit: 8) == 3)
    #expect(policy.threads(.product, work: cube(2000), limit: 8) == 8)
    #expect(policy.threads(.product, work: cube(2000), limit: 1) == 1)
    #expect(policy.threads(.product, work: .infinity, limit: 4) == 4)
  }

  @Test func narrowProductsAndUnknownOperationsHaveOneThread() {
    #expect(policy.threads(.product, work: 1e12, narrow: 31, limit: 8) == 1)
    #expect(policy.threads(.product, work: 1e12, narrow: 32, limit: 8) == 8)
    #expect(ThreadPolicy.table(for: .mkl).threads(.matrixVector, work: 1e12, limit: 8) == 1)
  }

  @Test func theLibrarysOwnVariableCountsUnlessApusWasTold() {
    let variables = ["OPENBLAS_NUM_THREADS": "3", "MKL_NUM_THREADS": "zero"]
    func resolved(_ source: ThreadBudget.Source, _ kind: LibraryKind?) -> LinearAlgebraBudget {
      .resolved(budget: ThreadBudget(count: 8, source: source), kind: kind) { variables[$0] }
    }
    #expect(resolved(.machine, .openBLAS) == .init(count: 3, source: "OPENBLAS_NUM_THREADS"))
    #expect(resolved(.ompVariable, .openBLAS).count == 3)
    #expect(resolved(.program, .openBLAS) == .init(count: 8, source: "set in code"))
    #expect(resolved(.apusVariable, .openBLAS).count == 8)
    #expect(resolved(.ompVariable, .mkl) == .init(count: 8, source: "OMP_NUM_THREADS"))
    #expect(resolved(.affinity, nil) == .init(count: 8, source: "affinity"))
  }

  @Test(arguments: [1, 2, 3, 8])
  func tasksOfAMapShareTheThreads(workers: Int) {
    let expected = max(1, 8 / workers)
    let shares = (0..<100).parallelMap(workers: workers) { _ in ThreadBudget.share(of: 8) }
    #expect(shares.allSatisfy { $0 == expected })
    #expect((0..<2).parallelMap(workers: 8) { _ in ThreadBudget.share(of: 8) } == [4, 4])
    #expect(ThreadBudget.share(of: 8) == 8)
  }

  @Test func loadedLibrariesAreListedAndLimited() throws {
    let info = BLAS.current.info
    let pools = BLAS.threadPools()
    if ["OpenBLAS", "oneMKL", "AOCL-BLAS", "BLIS"].contains(info.name) {
      let own = try #require(pools.first { $0.library == info.name })
      #expect(own.version == info.version && own.threadLayer == info.threadLayer)
    }
    BLAS.limitAllPools(to: 1)
    #expect(ThreadShare.current == 1)
    BLAS.limitAllPools(to: 1000)
    #expect(ThreadShare.current == BLAS.budget.count)
  }

  @Test func scopesGiveTheLeastNumberAndEnd() {
    struct Stop: Error {}
    BLAS.withThreads(3) {
      #expect(ThreadLimit.current == 3)
      BLAS.withThreads(5) { #expect(ThreadLimit.current == 3) }
      try? BLAS.withThreads(1) { () throws(Stop) in
        #expect(ThreadLimit.current == 1 && ThreadShare.current == 1)
        throw Stop()
      }
      #expect(ThreadLimit.current == 3)
    }
    #expect(ThreadLimit.current == nil)
  }
}
