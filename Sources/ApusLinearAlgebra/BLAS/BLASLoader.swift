// Part of Apus, Apache-2.0. See LICENSE.

/// Opens the files of a backend, tries what they compute, and says why not.
enum BLASLoader {
  static let complaint = ComplaintStorage()

  /// The backends that are looked for without being named.
  ///
  /// Netlib's is not among them: native is faster.
  /// oneMKL is for processors of its maker.
  static var automaticOrder: [BLAS.Backend] {
    var order: [BLAS.Backend] = [.aocl, .openBLAS, .openBLASOpenMP, .flexiBLAS, .blis]
    if ProcessorMaker.isIntel { order.insert(.mkl, at: 0) }
    #if canImport(Darwin)
      order.insert(.accelerate, at: 0)
    #endif
    return order
  }

  /// Looks into a Python environment only for a backend that was named: a library that nobody asked for
  /// should not change with the environment that happens to be active.
  static func finder(isNamed: Bool) -> LibraryFinder {
    let environment = LinearAlgebraEnvironment.current
    return LibraryFinder(
      folders: environment.folders, environment: isNamed ? environment.pythonEnvironment : nil)
  }

  /// Opens a library and finds out what it is.
  static func library(_ files: LibraryFiles) throws(BLASError) -> BLASLibrary {
    if let other = OpenMPConflict.find(opening: files.paths, loaded: SharedLibrary.loadedPaths) {
      throw .conflict(path: files.paths[0], with: other)
    }
    let result = LinearAlgebraEnvironment.withoutPool {
      Result { () throws(BLASError) in try BLASLibrary(files) }
    }
    return try result.get()
  }

  /// Tries what it computes in both precisions.
  static func test(_ blas: BLAS, path: String) throws(BLASError) {
    try SelfTest<Double>.run(blas, path: path)
    try SelfTest<Float>.run(blas, path: path)
  }
}

extension BLAS.Routines {
  convenience init(library: BLASLibrary, governor: ThreadGovernor) {
    self.init(
      doubles: LibraryRoutines<Double>(
        calls: FortranCalls(table: library.doubles, isWide: library.symbols.isWide),
        native: BLAS.native.doubles, nativeKernels: .doubles,
        nativeProducts: library.leavesProducts
          ? Native(kernels: .doubles, policy: governor.policy) : nil,
        governor: governor
      ).routines(),
      floats: LibraryRoutines<Float>(
        calls: FortranCalls(table: library.floats, isWide: library.symbols.isWide),
        native: BLAS.native.floats, nativeKernels: .floats,
        nativeProducts: library.leavesProducts
          ? Native(kernels: .floats, policy: governor.policy) : nil,
        governor: governor
      ).routines(),
      policy: governor.policy, library: library)
  }
}
