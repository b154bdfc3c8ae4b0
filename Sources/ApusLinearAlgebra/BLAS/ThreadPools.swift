// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// A library loaded in this process that has its own threads.
public struct ThreadPoolInfo: Sendable, Hashable {
  /// The name: "OpenBLAS", "oneMKL", ..., or "OpenMP" for an OpenMP runtime library.
  public let library: String
  /// The file.
  public let path: String
  /// The version, "unknown" for OpenMP.
  public let version: String
  /// The thread layer.
  public let threadLayer: String
  /// The number of threads that a call from this thread would use, if the library reports it.
  public let threads: Int?
}

extension BLAS {
  /// Every BLAS and OpenMP library that is loaded in this process, including those that Apus did not load.
  ///
  /// - Complexity: O(libraries of the process).
  /// - Compatibility: finds what `threadpoolctl.threadpool_info()` finds, but recognises oneMKL, AOCL and
  ///   BLIS by their symbols instead of their file names.
  public static func threadPools() -> [ThreadPoolInfo] { LoadedPool.all().map(\.info) }

  /// Limits the threads of every BLAS and OpenMP library in this process, and of all later calls by Apus.
  ///
  /// It includes libraries that Apus did not load, as far as their numbers of threads can be set.
  ///
  /// A library that Apus has loaded, and whose number belongs to the process, is limited only in calls by
  /// Apus, because a change of the number while such a call runs can corrupt its result.
  /// - Parameter count: at least 1; a large number lifts the limit of calls by Apus.
  /// - Returns: the libraries as they are afterwards.
  @discardableResult
  public static func limitAllPools(to count: Int) -> [ThreadPoolInfo] {
    require(count >= 1, "A thread pool needs at least 1 thread, not \(count).")
    let pools = LoadedPool.all()
    ProcessThreadLimit.storage.store(count)
    let own = BLASStorage.shared.loadedPaths
    for pool in pools
    where pool.control.scope != .process || !own.contains(FileBytes.resolved(pool.path)) {
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

  /// The prefixes of file names that may be such a library; the symbols decide.
  private static let prefixes =
    LibraryTable.rows.flatMap(\.filePrefixes) + ["libgomp", "libiomp", "libomp"]

  static func all() -> [LoadedPool] {
    var seen: Set<String> = []
    return SharedLibrary.loadedPaths.filter { path in
      let name = path.split(separator: "/").last ?? ""
      return prefixes.contains { name.hasPrefix($0) }
        && seen.insert(FileBytes.resolved(path)).inserted
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
    let queries = LibraryQueries(library: library, files: [path], symbols: symbols)
    let (row, properties) = LibraryTable.identify(queries)
    guard row.name != LibraryRow.other.name else { return nil }
    (name, version, layer) = (row.name, properties.version, properties.layer)
    control = properties.control
  }
}
