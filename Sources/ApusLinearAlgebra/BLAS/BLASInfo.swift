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
        threadLayer: "Apus", threadScope: "calling thread", hasFactorisations: true)
    }
    return BLASInfo(
      name: library.kind.rawValue, version: library.version, core: library.core,
      paths: library.files.files.filter(\.isSearched).map(\.path),
      integerWidth: library.symbols.isWide ? 64 : 32, threadLayer: library.layer,
      threadScope: library.control.scope.rawValue,
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

  /// A backend that was looked for, and what came of it.
  public struct Finding: Sendable {
    /// Its name, as `APUS_BLAS` takes it.
    public let name: String
    /// What it is, if it can be used.
    public let info: BLASInfo?
    /// Why it was refused, if it was.
    public let refusal: BLASError?
    /// Whether it would be chosen without being named.
    public let isAutomatic: Bool
  }

  /// Looks for all backends known by name, opening and trying each that is there.
  ///
  /// Libraries stay open in this process; to look from a program that goes on, start another process, such
  /// as `apus blas --list`.
  public static func findAll() -> [Finding] {
    Backend.named.map { name, backend -> Finding in
      let isAutomatic = BLASLoader.automaticOrder.contains(backend) || backend == .native
      do throws(BLASError) {
        let info = try load(backend).info
        return Finding(name: name, info: info, refusal: nil, isAutomatic: isAutomatic)
      } catch {
        return Finding(name: name, info: nil, refusal: error, isAutomatic: isAutomatic)
      }
    }
  }
}
