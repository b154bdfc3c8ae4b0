// Part of Apus, Apache-2.0. See LICENSE.

/// An opened library and its properties.
final class BLASLibrary: Sendable {
  let files: LibraryFiles
  /// What the table of libraries says about its kind.
  let row: LibraryRow
  let symbols: FortranSymbols
  let version: String
  /// The processor type that its kernels are written for.
  let core: String
  /// The threading layer: pthread, OpenMP, none, ...
  let layer: String
  let control: ThreadControl
  /// Whether only one call may run at a time.
  let isExclusive: Bool
  /// Whether products are left to the native kernels, because the library's are for older processors.
  let usesNativeProducts: Bool
  let doubles: FortranTable
  let floats: FortranTable

  /// Opens the files in order and determines their properties.
  init(_ files: LibraryFiles) throws(BLASError) {
    var opened: [SharedLibrary] = []
    for file in files.files {
      let library = try SharedLibrary(file.path, scope: file.scope)
      if file.providesSymbols { opened.append(library) }
    }
    guard let first = opened.first else {
      throw .backendNotFound(name: files.paths.joined(separator: ";"), tried: [])
    }
    guard let symbols = FortranSymbols.probe(first) else {
      throw .symbolMissing(path: first.path, symbol: "isamax_")
    }
    self.files = files
    self.symbols = symbols
    let properties: LibraryProperties
    (row, properties) = LibraryTable.identify(
      LibraryQueries(library: first, files: files.paths, symbols: symbols))
    version = properties.version
    core = properties.core
    layer = properties.layer
    control = properties.control
    isExclusive = properties.isExclusive
    usesNativeProducts = OutdatedKernels.areUsed(by: row, core: core)
    let doubles = try FortranTable("d", symbols, opened)
    let floats = try FortranTable("s", symbols, opened)
    self.doubles = row.usesFactorisations ? doubles : doubles.productsOnly
    self.floats = row.usesFactorisations ? floats : floats.productsOnly
  }

  /// The thresholds for threads; products left to the native kernels have the native ones.
  var policy: ThreadPolicy {
    var policy = row.policy
    if usesNativeProducts {
      for operation in [ThreadPolicy.Operation.product, .gram] {
        policy.steps[operation] = ThreadPolicy.native.steps[operation]
      }
    }
    return policy
  }
}
