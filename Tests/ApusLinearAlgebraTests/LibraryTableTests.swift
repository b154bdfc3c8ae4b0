// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLinearAlgebra

/// The table of libraries.
@Suite struct LibraryTableTests {
  private func product(_ order: Int) -> CallShape { CallShape(order, order, order) }

  @Test func everyRowUsesThreadsForLargeProductsOnly() {
    for row in LibraryTable.rows {
      #expect(row.policy.threads(.product, product(2048), limit: 2) == 2, "\(row.name)")
      #expect(row.policy.threads(.product, product(48), limit: 2) == 1, "\(row.name)")
      #expect(row.policy.isValid, "\(row.name)")
    }
  }

  @Test func namesOfRowsAndBackendsAreUniqueAndRead() throws {
    #expect(Set(LibraryTable.rows.map(\.name)).count == LibraryTable.rows.count)
    let names = LibraryTable.backendNames
    #expect(Set(names).count == names.count && names.first == "native")
    for name in names { #expect(try BLAS.Backend(name.uppercased()).name == name) }
    let paths = try BLAS.Backend("/a/libblas.so;/b/liblapack.so")
    #expect(paths == .files(["/a/libblas.so", "/b/liblapack.so"]))
    #expect(paths.name == "/a/libblas.so;/b/liblapack.so")
  }

  @Test func everyBackendButTheNativeOneBelongsToARow() {
    let served = LibraryTable.rows.flatMap(\.backends).map(\.backend)
    for isIntel in [false, true] {
      for backend in LibraryTable.automaticOrder(isIntel: isIntel) {
        #expect(served.contains(backend), "\(backend.name)")
      }
    }
    #expect(LibraryTable.automaticOrder(isIntel: true).first == .mkl)
    #expect(!LibraryTable.automaticOrder(isIntel: false).contains(.mkl))
  }

  @Test func theLastRowAndNoOtherRecognisesAnyLibrary() throws {
    guard let library = BLAS.current.library else { return }
    let path = try #require(library.files.paths.last)
    let opened = try SharedLibrary(path)
    let symbols = FortranSymbols(prefix: "no_such_", suffix: "", isWide: false)
    // Nothing is found in a list of other files, so only the last row can answer.
    let queries = LibraryQueries(library: opened, files: ["/no/such/file"], symbols: symbols)
    #expect(LibraryTable.identify(queries).row.name == "BLAS")
    for row in LibraryTable.rows.dropLast() where row.name != "Accelerate" {
      #expect(row.identify(queries) == nil, "\(row.name)")
    }
  }
}
