// Part of Apus, Apache-2.0. See LICENSE.

/// Opens the files of a backend, tests what they compute, and reports why one cannot be used.
enum BLASLoader {
  static let selectionError = SelectionErrorStorage()

  /// The backends that are tried automatically, in order.
  ///
  /// Netlib's is not among them, because the native one is faster. oneMKL is tried on Intel's processors
  /// only.
  static var automaticOrder: [BLAS.Backend] {
    LibraryTable.automaticOrder(isIntel: ProcessorVendor.isIntel)
  }

  /// A finder that looks into a Python environment only for a backend that was named.
  ///
  /// A library that is chosen automatically should not change with the environment that happens to be active.
  static func finder(isNamed: Bool) -> LibraryFinder {
    let environment = LinearAlgebraEnvironment.current
    return LibraryFinder(
      folders: environment.folders, environment: isNamed ? environment.pythonEnvironment : nil)
  }

  /// Opens a library and determines its properties.
  static func library(_ files: LibraryFiles) throws(BLASError) -> BLASLibrary {
    if let other = OpenMPConflict.find(opening: files.paths, loaded: SharedLibrary.loadedPaths) {
      throw .conflict(path: files.paths[0], with: other)
    }
    let result = LinearAlgebraEnvironment.withoutPool {
      Result { () throws(BLASError) in try BLASLibrary(files) }
    }
    return try result.get()
  }

  /// Runs the self-test in both precisions.
  static func test(_ blas: BLAS, path: String) throws(BLASError) {
    guard let library = blas.library else { return }
    let isWide = library.symbols.isWide
    let wrong = BLAS.withBackend(blas) {
      SelfTest(
        calls: FortranCalls<Double>(table: library.doubles, isWide: isWide),
        routines: blas.doubles, native: BLAS.native.doubles
      ).firstWrong()
        ?? SelfTest(
          calls: FortranCalls<Float>(table: library.floats, isWide: isWide),
          routines: blas.floats, native: BLAS.native.floats
        ).firstWrong()
    }
    if let operation = wrong { throw .failedSelfTest(path: path, operation: operation) }
  }
}

extension BLAS.Routines {
  convenience init(library: BLASLibrary, governor: ThreadGovernor) {
    self.init(
      doubles: LibraryRoutines<Double>(
        calls: FortranCalls(table: library.doubles, isWide: library.symbols.isWide),
        native: BLAS.native.doubles, nativeKernels: .doubles,
        nativeProducts: library.usesNativeProducts
          ? Native(kernels: .doubles, policy: governor.policy) : nil,
        governor: governor
      ).routines(),
      floats: LibraryRoutines<Float>(
        calls: FortranCalls(table: library.floats, isWide: library.symbols.isWide),
        native: BLAS.native.floats, nativeKernels: .floats,
        nativeProducts: library.usesNativeProducts
          ? Native(kernels: .floats, policy: governor.policy) : nil,
        governor: governor
      ).routines(),
      policy: governor.policy, library: library)
  }
}
