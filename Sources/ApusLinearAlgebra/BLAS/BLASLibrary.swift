// Part of Apus, Apache-2.0. See LICENSE.

/// A library that was opened, and what it says of itself.
final class BLASLibrary: Sendable {
  let files: LibraryFiles
  let kind: LibraryKind
  let symbols: FortranSymbols
  let version: String
  /// The processor for which its kernels were made.
  let core: String
  /// pthread, OpenMP, none, ...
  let layer: String
  let control: ThreadControl
  /// Whether only one call may be inside at a time.
  let isExclusive: Bool
  /// Whether products are left to the native kernels, because the library's are for older processors.
  let leavesProducts: Bool
  let doubles: FortranTable
  let floats: FortranTable

  /// Opens the files in order and finds out what they are.
  init(_ files: LibraryFiles) throws(BLASError) {
    var opened: [SharedLibrary] = []
    for file in files.files {
      let library = try SharedLibrary(file.path, scope: file.scope)
      if file.isSearched { opened.append(library) }
    }
    guard let first = opened.first else {
      throw .backendNotFound(name: files.paths.joined(separator: ";"), tried: [])
    }
    guard let symbols = FortranSymbols.probe(first) else {
      throw .symbolMissing(path: first.path, symbol: "isamax_")
    }
    self.files = files
    self.symbols = symbols
    let facts = LibraryFacts(library: first, files: files.paths, symbols: symbols)
    kind = facts.kind
    version = facts.version
    core = facts.core
    layer = facts.layer
    control = facts.control
    isExclusive = facts.isExclusive
    leavesProducts = OlderKernels.areIn(kind, core: core)
    let doubles = try FortranTable("d", symbols, opened)
    let floats = try FortranTable("s", symbols, opened)
    // Two threads in AOCL's Cholesky at once end the process, whatever its number of threads.
    self.doubles = kind == .aocl ? doubles.productsOnly : doubles
    self.floats = kind == .aocl ? floats.productsOnly : floats
  }
}
