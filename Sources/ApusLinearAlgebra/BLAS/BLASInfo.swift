// Part of Apus, Apache-2.0. See LICENSE.

/// The description of a backend: name, version, kernels, integer width and threading.
public struct BLASInfo: Sendable, Hashable {
  /// "OpenBLAS", "oneMKL", "AOCL-BLAS", "BLIS", "FlexiBLAS", "Accelerate", "BLAS" or "Apus".
  public let name: String
  /// The version that the library reports.
  public let version: String
  /// The processor type that the kernels in use are written for.
  public let core: String
  /// The files of the library, the one with the matrix products first; empty for the native backend.
  public let paths: [String]
  /// The number of bits of its integers.
  public let integerWidth: Int
  /// The threading layer: "pthread", "OpenMP", "none", ...
  public let threadLayer: String
  /// What a change of the number of threads affects: "process", "calling thread", or "fixed" if it cannot be
  /// set.
  public let threadScope: String
  /// Whether matrix products use the native kernels, because this processor has AVX-512 and the library's
  /// kernels are for processors without it.
  public let hasNativeProducts: Bool
  /// Whether it has factorisations of its own; if not, the native ones are used with its products.
  public let hasFactorisations: Bool
}

extension BLASInfo: CustomStringConvertible {
  /// "OpenBLAS 0.3.21 (Cooperlake), 32-bit integers, threads: pthread".
  public var description: String {
    "\(name) \(version) (\(core)), \(integerWidth)-bit integers, threads: \(threadLayer)"
  }
}

extension BLAS {
  /// The description of this backend.
  public var info: BLASInfo {
    guard let library else {
      return BLASInfo(
        name: "Apus", version: "native", core: NativeLevel.name, paths: [], integerWidth: 64,
        threadLayer: "Apus", threadScope: "calling thread", hasNativeProducts: true,
        hasFactorisations: true)
    }
    return BLASInfo(
      name: library.row.name, version: library.version, core: library.core,
      paths: library.files.files.filter(\.providesSymbols).map(\.path),
      integerWidth: library.symbols.isWide ? 64 : 32, threadLayer: library.layer,
      threadScope: library.control.scope.rawValue, hasNativeProducts: library.usesNativeProducts,
      hasFactorisations: library.doubles.hasFactorisations)
  }

  /// Why the backend that `APUS_BLAS` names is not in use, if it is not.
  public static var selectionError: BLASError? {
    _ = current
    return BLASLoader.selectionError.value
  }

  /// The number of threads that linear algebra may use in this process, and its source, such as "affinity".
  public static var budget: (count: Int, source: String) {
    _ = current  // its library may have variables of its own
    let budget = LinearAlgebraBudget.current
    return (budget.count, budget.source)
  }

  /// Messages about environment variables of the library in use that were ignored because they hold no number of threads.
  public static var budgetWarnings: [String] {
    _ = current
    return LinearAlgebraBudget.current.warnings
  }

  /// The names of all backends that `APUS_BLAS` accepts, besides paths.
  ///
  /// `apus blas --list` says which can be used here.
  public static var backendNames: [String] { LibraryTable.backendNames }

  /// The names of the backends that may be chosen automatically.
  public static var automaticNames: [String] {
    LibraryTable.backendNames.filter { name in
      name == Backend.native.name || BLASLoader.automaticOrder.contains { $0.name == name }
    }
  }
}
