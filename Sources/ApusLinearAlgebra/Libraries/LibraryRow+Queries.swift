// Part of Apus, Apache-2.0. See LICENSE.

/// How each kind of library is recognised, and what it says of itself.
extension LibraryRow {
  /// OpenBLAS.
  static func identifyOpenBLAS(_ queries: LibraryQueries) -> LibraryProperties? {
    guard let config = queries.openBLASName("openblas_get_config").flatMap(queries.text) else {
      return nil
    }
    func spelled(_ name: String) -> String? { queries.openBLASName(name) }
    var properties = LibraryProperties()
    properties.version =
      config.split(separator: " ").dropFirst().first.map(String.init) ?? config
    properties.core = spelled("openblas_get_corename").flatMap(queries.text) ?? "unknown"
    let parallel = spelled("openblas_get_parallel").flatMap(queries.number) ?? 1
    let layers = ["none", "pthread", "OpenMP"]
    if layers.indices.contains(parallel) { properties.layer = layers[parallel] }
    // Built without threads it has no locks either: concurrent calls corrupt each other's results.
    properties.isExclusive = parallel == 0
    guard parallel > 0,
      let set = spelled("openblas_set_num_threads").flatMap(queries.address)
    else { return properties }
    properties.control = ThreadControl(
      scope: .process, setters: [set],
      getter: spelled("openblas_get_num_threads").flatMap(queries.address))
    if parallel == 2 { properties.control.openMP = OpenMPCalls(queries.library) }
    return properties
  }

  /// Intel's oneMKL.
  static func identifyMKL(_ queries: LibraryQueries) -> LibraryProperties? {
    typealias Version = @convention(c) (UnsafeMutablePointer<CChar>, Int32) -> Void
    typealias Layer = @convention(c) (Int32) -> Int32
    guard let ask = queries.address("MKL_Get_Version_String") else { return nil }
    var properties = LibraryProperties()
    var bytes = [CChar](repeating: 0, count: 200)
    unsafeBitCast(ask, to: Version.self)(&bytes, 199)
    let words = String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let after = words.split(separator: " ").drop { $0 != "Version" }.dropFirst().first
    properties.version =
      after.map { $0.split(separator: "-").first.map(String.init) ?? String($0) } ?? words
    properties.core = words.split(separator: " for ").last.map(String.init) ?? "unknown"
    if let ask = queries.address("MKL_Set_Threading_Layer") {
      let names = ["Intel OpenMP", "none", "PGI", "GNU OpenMP", "TBB"]
      let index = Int(unsafeBitCast(ask, to: Layer.self)(-1))
      if names.indices.contains(index) { properties.layer = names[index] }
    }
    let setter = queries.address("MKL_Set_Num_Threads_Local")
    properties.control = ThreadControl(
      scope: .callingThread, setters: [setter].compactMap { $0 },
      getter: queries.address("MKL_Get_Max_Threads"))
    properties.control.returnsPrevious = true
    return properties
  }

  /// AMD's AOCL-BLAS, a BLIS whose number of threads belongs to the calling thread.
  static func identifyAOCL(_ queries: LibraryQueries) -> LibraryProperties? {
    isAOCL(queries) ? blisProperties(queries, scope: .callingThread) : nil
  }

  /// BLIS.
  static func identifyBLIS(_ queries: LibraryQueries) -> LibraryProperties? {
    isAOCL(queries) ? nil : blisProperties(queries, scope: .process)
  }

  private static func isAOCL(_ queries: LibraryQueries) -> Bool {
    queries.text("bli_info_get_version_str")?.contains("AOCL") ?? false
      || queries.address("bli_thread_set_num_threads_local") != nil
  }

  private static func blisProperties(
    _ queries: LibraryQueries, scope: ThreadControl.Scope
  ) -> LibraryProperties? {
    typealias Arch = @convention(c) () -> Int32
    typealias ArchName = @convention(c) (Int32) -> UnsafePointer<CChar>?
    guard let said = queries.text("bli_info_get_version_str") else { return nil }
    var properties = LibraryProperties()
    // "0.9.0", but "AOCL-BLAS 5.3.0 Build 20260507".
    properties.version =
      said.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init) ?? said
    if let ask = queries.address("bli_arch_query_id"), let name = queries.address("bli_arch_string")
    {
      let id = unsafeBitCast(ask, to: Arch.self)()
      let text = unsafeBitCast(name, to: ArchName.self)(id).map { String(cString: $0) }
      properties.core = text ?? "unknown"
    }
    let hasOpenMP = queries.number("bli_info_get_enable_openmp").map { $0 != 0 } ?? false
    let hasThreads = queries.number("bli_info_get_enable_pthreads").map { $0 != 0 } ?? false
    properties.layer = hasOpenMP ? "OpenMP" : hasThreads ? "pthread" : "none"
    let setter =
      queries.address("bli_thread_set_num_threads_local")
      ?? queries.address("bli_thread_set_num_threads")
    properties.control = ThreadControl(
      scope: scope, setters: [setter].compactMap { $0 },
      getter: queries.address("bli_thread_get_num_threads"))
    return properties
  }

  /// FlexiBLAS.
  static func identifyFlexiBLAS(_ queries: LibraryQueries) -> LibraryProperties? {
    guard let set = queries.address("flexiblas_set_num_threads") else { return nil }
    var properties = LibraryProperties()
    properties.control = ThreadControl(
      scope: .process, setters: [set], getter: queries.address("flexiblas_get_num_threads"))
    return properties
  }

  /// Apple's Accelerate.
  static func identifyAccelerate(_ queries: LibraryQueries) -> LibraryProperties? {
    guard queries.library.path.contains("Accelerate.framework") else { return nil }
    var properties = LibraryProperties()
    properties.layer = "Grand Central Dispatch"
    return properties
  }

  /// Any library with the routines of BLAS, such as Netlib's.
  static func identifyOther(_ queries: LibraryQueries) -> LibraryProperties? {
    var properties = LibraryProperties()
    properties.layer = "none"
    return properties
  }
}
