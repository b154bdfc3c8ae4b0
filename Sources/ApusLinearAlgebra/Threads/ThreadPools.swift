// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// A library of this process that has threads of its own.
public struct ThreadPoolInfo: Sendable, Hashable {
  /// "OpenBLAS", "oneMKL", ..., or "OpenMP" for its run-time library.
  public let library: String
  /// The file.
  public let path: String
  /// The version, "unknown" for OpenMP.
  public let version: String
  /// The thread layer.
  public let threadLayer: String
  /// The number of threads that a call from here would use, if the library tells.
  public let threads: Int?
}

extension BLAS {
  /// Every BLAS and OpenMP library that is loaded in this process, also those that Apus did not load.
  ///
  /// - Complexity: O(libraries of the process).
  /// - Compatibility: finds what `threadpoolctl.threadpool_info()` finds, and oneMKL, AOCL and BLIS by what they
  ///   export instead of by their names.
  public static func threadPools() -> [ThreadPoolInfo] { LoadedPool.all().map(\.info) }

  /// Limits every BLAS and OpenMP library in this process, also those that Apus did not load, as far as their
  /// numbers can be set, and all calls of Apus's own from here on.
  ///
  /// A library that Apus has loaded, and whose number is the process's, is limited through Apus's calls alone:
  /// to change the number while such a call runs can spoil its result.
  /// - Parameter count: at least 1; a large number lifts the limit of Apus's calls.
  /// - Returns: the libraries as they are afterwards.
  @discardableResult
  public static func limitAllPools(to count: Int) -> [ThreadPoolInfo] {
    precondition(count >= 1, "A thread pool needs at least 1 thread, not \(count).")
    let pools = LoadedPool.all()
    BLASStorage.shared.limit.store(count, ordering: .relaxed)
    let own = BLASStorage.shared.loadedPaths
    for pool in pools
    where pool.control.scope != .process || !own.contains(SharedLibrary.resolved(pool.path)) {
      pool.control.set(count)
    }
    return pools.map(\.info)
  }
}

/// A loaded library, and how its threads are set.
struct LoadedPool {
  let name: String
  let path: String
  let version: String
  let layer: String
  let control: ThreadControl

  var info: ThreadPoolInfo {
    ThreadPoolInfo(
      library: name, path: path, version: version, threadLayer: layer, threads: control.count)
  }

  /// Names of files that may hold such a library; what they export decides.
  private static let beginnings = [
    "libopenblas", "libscipy_openblas", "libblis", "libmkl_rt", "libflexiblas", "libgomp",
    "libiomp",
    "libomp",
  ]

  static func all() -> [LoadedPool] {
    var seen: Set<String> = []
    return SharedLibrary.loadedPaths.filter { path in
      let name = path.split(separator: "/").last ?? ""
      return beginnings.contains { name.hasPrefix($0) }
        && seen.insert(SharedLibrary.resolved(path)).inserted
    }.compactMap { LoadedPool(path: $0) }
  }

  private init?(path: String) {
    guard let library = try? SharedLibrary(path, scope: .loaded) else { return nil }
    self.path = path
    if let set = library.ownAddress("omp_set_num_threads", in: [path]) {
      (name, version, layer) = ("OpenMP", "unknown", "OpenMP")
      control = ThreadControl(
        scope: .callingThread, setters: [set],
        getter: library.ownAddress("omp_get_max_threads", in: [path]))
      return
    }
    guard let symbols = FortranSymbols.probe(library) else { return nil }
    let facts = LibraryFacts(library: library, files: [path], symbols: symbols)
    guard facts.kind != .other else { return nil }
    (name, version, layer) = (facts.kind.rawValue, facts.version, facts.layer)
    control = facts.control
  }
}
