// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Testing

@testable import ApusLinearAlgebra

/// Runs its tests one after the other, because one of them limits all thread pools of the process.
@Suite(.serialized) struct ThreadPolicyTests {
  let policy = ThreadPolicy(thresholds: [.product: 192 * 192 * 192, .qr: 1e6])

  private func product(_ order: Int, depth: Int? = nil) -> CallShape {
    CallShape(order, order, depth ?? order)
  }

  @Test func smallWorkHasOneThreadAndLargeWorkAllThatItIsWorth() {
    #expect(policy.threads(.product, product(191), limit: 8) == 1)
    #expect(policy.threads(.product, product(192), limit: 8) == 2)
    #expect(policy.threads(.product, product(192, depth: 288), limit: 8) == 3)
    #expect(policy.threads(.product, product(2000), limit: 8) == 8)
    #expect(policy.threads(.product, product(2000), limit: 1) == 1)
    #expect(policy.threads(.product, product(.max), limit: 4) == 4)
  }

  @Test func narrowProductsAndUnknownOperationsHaveOneThread() {
    #expect(policy.threads(.product, CallShape(31, 1_000_000, 1_000_000), limit: 8) == 1)
    #expect(policy.threads(.product, CallShape(32, 1_000_000, 1_000_000), limit: 8) == 8)
    #expect(policy.threads(.qr, CallShape(1_000_000, 3, 3), limit: 8) == 8)
    #expect(policy.threads(.matrixVector, product(100_000), limit: 8) == 1)
  }

  @Test func measuredStepsCountUntilTheLastAndThenGrow() {
    let steps = ThreadPolicy(steps: [
      .product: [.init(threads: 2, work: 1e6), .init(threads: 4, work: 64e6)]
    ])
    #expect(steps.threads(.product, product(99), limit: 16) == 1)
    #expect(steps.threads(.product, product(100), limit: 16) == 2)
    #expect(steps.threads(.product, product(399), limit: 16) == 2)
    #expect(steps.threads(.product, product(400), limit: 16) == 4)
    #expect(steps.threads(.product, product(800), limit: 16) == 16)
    #expect(steps.threads(.product, product(400), limit: 3) == 3)
  }

  @Test func nearAThresholdBothAreOpen() {
    func plan(_ order: Int, _ limit: Int = 8) -> ThreadPolicy.Plan {
      policy.plan(.product, product(order), limit: limit)
    }
    #expect(plan(192) == .open(2, isThreadedAtFirst: true))
    #expect(plan(191) == .open(2, isThreadedAtFirst: false))
    #expect(plan(122) == .open(2, isThreadedAtFirst: false))
    #expect(plan(120) == .certain(1))  // a quarter of the work
    #expect(plan(191, 1) == .certain(1))
    #expect(policy.plan(.qr, product(99), limit: 8) == .certain(1))  // too short
    #expect(policy.plan(.product, CallShape(31, 400, 400), limit: 8) == .certain(1))
    #expect(policy.plan(.svd, product(1000), limit: 8) == .certain(1))
  }

  @Test func operationsAreNumberedInOrder() {
    #expect(ThreadPolicy.Operation.allCases.map(\.number) == Array(0..<11))
  }

  @Test func theLibrarysOwnVariableCountsUnlessApusWasTold() {
    let variables = [
      "OPENBLAS_NUM_THREADS": "3", "MKL_NUM_THREADS": "one", "BLIS_NUM_THREADS": "one",
    ]
    func resolved(_ source: ThreadBudget.Source, _ row: LibraryRow?) -> LinearAlgebraBudget {
      .resolved(
        budget: ThreadBudget(count: 8, source: source), variables: row?.threadVariables ?? []
      ) { variables[$0] }
    }
    #expect(resolved(.machine, .openBLAS) == .init(count: 3, source: "OPENBLAS_NUM_THREADS"))
    #expect(resolved(.ompVariable, .openBLAS).count == 3)
    #expect(resolved(.program, .openBLAS) == .init(count: 8, source: "set in code"))
    #expect(resolved(.apusVariable, .openBLAS).count == 8)
    #expect(resolved(.ompVariable, .mkl) == .init(count: 1, source: "MKL_NUM_THREADS"))
    #expect(
      resolved(.ompVariable, .blis)
        == .init(
          count: 8, source: "OMP_NUM_THREADS",
          warnings: ["BLIS_NUM_THREADS=one is not a number of threads; ignored."]))
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

  @Test func aForcedNumberIsLimitedLikeAnyOther() {
    let storage = ThreadPolicyStorage(policy)
    let limit = BLAS.budget.count
    BLAS.withThreads(exactly: 2) {
      #expect(storage.plan(.product, .small) == .certain(min(2, limit)))
      BLAS.withThreads(1) { #expect(storage.plan(.product, .small) == .certain(1)) }
    }
  }

  @Test func partsOfACallHaveThreadsWhereverTheseMayPay() {
    let storage = ThreadPolicyStorage(policy)
    let limit = BLAS.budget.count
    ThreadLimit.withThreadedParts {
      #expect(storage.plan(.product, product(99)) == .certain(1))
      #expect(storage.plan(.product, product(100)) == .certain(min(2, limit)))
      #expect(storage.plan(.svd, product(500)) == .certain(1))
    }
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

  /// The native product has the same bits on any number of threads, and when only a part of it is computed.
  @Test func nativeProductsHaveTheSameBitsOnAnyNumberOfThreads() {
    var generator = PCG64(SeedSequence(3))
    let a = Matrix<Double>(rows: 2100, columns: 270) { _, _ in generator.normal() }
    let transposed = a.transposed.compacted().transposed
    let b = Matrix<Double>(rows: 270, columns: 310) { _, _ in generator.normal() }
    let products = [1, 2, 3, 8].map { workers in
      ThreadLimit.$exact.withValue(workers) {
        BLAS.withBackend(.native) { (a * b, a.gram(), a * b.column(3)) }
      }
    }
    for (product, gram, column) in products.dropFirst() {
      #expect(product == products[0].0)
      #expect(gram == products[0].1)
      #expect(column == products[0].2)
    }
    #expect(products[0].2 == products[0].0.column(3))
    #expect(BLAS.withBackend(.native) { transposed * b.column(3) } == products[0].2)
    #expect(BLAS.withBackend(.native) { a[rows: 7..<8] * b } == products[0].0[rows: 7..<8])
    let part = BLAS.withBackend(.native) { a[rows: 1001..<1030] * b[columns: 7..<20] }
    #expect(part == products[0].0[rows: 1001..<1030, columns: 7..<20])
  }
}
