// Part of Apus, Apache-2.0. See LICENSE.

/// What a backend is: whose, which version, how it counts and threads.
public struct BLASInfo: Sendable, Hashable {
  /// "OpenBLAS", "oneMKL", "AOCL-BLAS", "BLIS", "FlexiBLAS", "Accelerate", "BLAS" or "Apus".
  public let name: String
  /// The version that the library reports.
  public let version: String
  /// The processor for which the kernels in use were made.
  public let core: String
  /// The files, the one with the products first; none for the native backend.
  public let paths: [String]
  /// The bits of its integers.
  public let integerWidth: Int
  /// "pthread", "OpenMP", "none", ...
  public let threadLayer: String
  /// Whose number of threads a call changes: "process", "calling thread", or "fixed" if it cannot be set.
  public let threadScope: String
  /// Whether products of matrices are by the native kernels, because the library's are for processors without
  /// AVX-512 and this one has it.
  public let hasNativeProducts: Bool
  /// Whether it has factorisations of its own; if not, the native ones over its products are used.
  public let hasFactorisations: Bool
}

extension BLASInfo: CustomStringConvertible {
  /// "OpenBLAS 0.3.21 (Cooperlake), 32-bit integers, pthread threads".
  public var description: String {
    "\(name) \(version) (\(core)), \(integerWidth)-bit integers, threads: \(threadLayer)"
  }
}

extension BLAS {
  /// What this backend is.
  public var info: BLASInfo {
    guard let library else {
      return BLASInfo(
        name: "Apus", version: "native", core: NativeLevel.name, paths: [], integerWidth: 64,
        threadLayer: "Apus", threadScope: "calling thread", hasNativeProducts: true,
        hasFactorisations: true)
    }
    return BLASInfo(
      name: library.kind.rawValue, version: library.version, core: library.core,
      paths: library.files.files.filter(\.isSearched).map(\.path),
      integerWidth: library.symbols.isWide ? 64 : 32, threadLayer: library.layer,
      threadScope: library.control.scope.rawValue, hasNativeProducts: library.leavesProducts,
      hasFactorisations: library.doubles.hasFactorisations)
  }

  /// Why the backend that `APUS_BLAS` names is not in use, if it is not.
  public static var complaint: BLASError? {
    _ = current
    return BLASLoader.complaint.value
  }

  /// How many threads linear algebra may use in this process, and who said so: "2 (affinity)".
  public static var budget: (count: Int, source: String) {
    let budget = LinearAlgebraBudget.current
    return (budget.count, budget.source)
  }

  /// The names of all backends, as `APUS_BLAS` takes them; a path is one too.
  ///
  /// `apus blas --list` says which can be used here.
  public static var backendNames: [String] { Backend.named.map(\.0) }

  /// The names of those that are chosen without being named if they are there.
  public static var automaticNames: [String] {
    Backend.named.filter { BLASLoader.automaticOrder.contains($0.1) || $0.1 == .native }.map(\.0)
  }
}
