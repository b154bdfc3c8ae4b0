// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// The table of BLAS libraries: one row for each kind, with everything that depends on the kind.
///
/// To add a library, add its row, the function that recognises it, and the names of its backends, all in this file;
/// `LibraryTableTests` checks the table.
enum LibraryTable {
  /// In the order in which they are recognised; the last one recognises any.
  static let rows: [LibraryRow] = [
    .openBLAS, .mkl, .aocl, .blis, .flexiBLAS, .accelerate, .other,
  ]

  /// The row of an opened library, and its properties.
  static func identify(_ queries: LibraryQueries) -> (row: LibraryRow, LibraryProperties) {
    for row in rows {
      if let properties = row.identify(queries) { return (row, properties) }
    }
    fatalError("The last row recognises any library.")
  }

  /// The names that `APUS_BLAS` accepts, besides paths.
  static let backendNames = [BLASBackend.native.name] + rows.flatMap(\.backends).map(\.backend.name)

  /// The backends that are tried when none was named, the best first.
  ///
  /// Netlib's is not among them, because the native one is faster; oneMKL is, on Intel's processors only.
  static func automaticOrder(isIntel: Bool) -> [BLASBackend] {
    var order: [BLASBackend] = [.aocl, .openBLAS, .openBLASOpenMP, .flexiBLAS, .blis]
    if isIntel { order.insert(.mkl, at: 0) }
    #if canImport(Darwin)
      order.insert(.accelerate, at: 0)
    #endif
    return order
  }

  /// The environment variables of all libraries for their numbers of threads.
  static let threadVariables = rows.flatMap(\.threadVariables) + ["OMP_NUM_THREADS"]

  /// How the text of one of these variables gives a number.
  static func threadCountRule(of variable: String) -> ThreadCountRule {
    rows.first { $0.threadVariables.contains(variable) }?.threadCountRule ?? .openMP
  }
}

/// One kind of BLAS library.
struct LibraryRow: Sendable {
  /// A backend that this kind serves, and where its files are.
  struct Alternative: Sendable {
    let backend: BLASBackend
    /// All ways to open it whose files exist, best first.
    let candidates: @Sendable (LibraryFinder) -> [LibraryFiles]
  }

  /// The name in reports.
  let name: String
  let backends: [Alternative]
  /// Prefixes of file names by which loaded libraries are looked for; their symbols decide.
  var filePrefixes: [String] = []
  /// The environment variables for its number of threads; the first that is set wins.
  var threadVariables: [String] = []
  /// How their texts give a number.
  var threadCountRule = ThreadCountRule.leadingInteger
  /// Recognises an opened library by its symbols, and finds how its threads are set.
  let identify: @Sendable (LibraryQueries) -> LibraryProperties?
  /// The sizes above which threads pay: the largest thresholds that calibrations of its builds gave on two cores of an
  /// AMD Zen 4.
  let policy: ThreadPolicy
  /// Whether it names the processor that its kernels are for.
  var namesItsKernels = false
  /// Whether its factorisations are used, not only its products.
  var usesFactorisations = true
}

// MARK: - The rows

extension LibraryRow {
  private static func cube(_ order: Double) -> Double { ThreadPolicy.cube(order) }
  private static func square(_ order: Double) -> Double { ThreadPolicy.square(order) }

  /// The thresholds of OpenBLAS, and of libraries of which nothing is known.
  private static let commonPolicy = ThreadPolicy(thresholds: [
    .product: cube(128), .gram: cube(192), .solve: cube(64), .matrixVector: square(512),
    .lu: cube(724), .qr: cube(512), .applyQ: cube(256), .symmetricEigen: cube(362),
    .svd: cube(362),
  ])

  static let openBLAS = LibraryRow(
    name: "OpenBLAS",
    backends: [
      .init(backend: .openBLAS) {
        $0.single(["openblas-pthread/libopenblas.so.0", "libopenblas.so.0", "libopenblas.so"])
      },
      .init(backend: .openBLASOpenMP) { $0.single(["openblas-openmp/libopenblas.so.0"]) },
      .init(backend: .openBLASSerial) { $0.single(["openblas-serial/libopenblas.so.0"]) },
      .init(backend: .openBLAS64) {
        $0.single(["openblas64-pthread/libopenblas64.so.0", "libopenblas64.so.0"])
      },
      .init(backend: .python("numpy")) { $0.python("numpy.libs/libscipy_openblas64_*.so") },
      .init(backend: .python("scipy-openblas64")) {
        $0.python("scipy_openblas64/lib/libscipy_openblas64_.so")
      },
      .init(backend: .python("scipy-openblas32")) {
        $0.python("scipy_openblas32/lib/libscipy_openblas.so")
      },
    ],
    filePrefixes: ["libopenblas", "libscipy_openblas"],
    threadVariables: ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS"],
    identify: identifyOpenBLAS, policy: commonPolicy, namesItsKernels: true)

  static let mkl = LibraryRow(
    name: "oneMKL",
    backends: [
      .init(backend: .mkl) { finder in
        finder.found(
          ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so"],
          in: finder.folders + finder.fromEnvironment("lib") + LibraryFinder.system
            + ["/opt/intel/oneapi/mkl/latest/lib"]
        ).map { LibraryFiles([$0]) }
      }
    ],
    filePrefixes: ["libmkl_rt"], threadVariables: ["MKL_NUM_THREADS"],
    threadCountRule: .digitsOrOne, identify: identifyMKL,
    policy: ThreadPolicy(thresholds: [
      .product: cube(64), .gram: cube(128), .solve: cube(64), .lu: cube(256), .qr: cube(128),
      .applyQ: cube(128), .symmetricEigen: cube(128), .svd: cube(512),
    ]))

  /// Two concurrent calls of its Cholesky factorisation end the process, whatever its number of threads.
  static let aocl = LibraryRow(
    name: "AOCL-BLAS", backends: [.init(backend: .aocl) { $0.aocl }],
    threadVariables: ["BLIS_NUM_THREADS"], identify: identifyAOCL,
    policy: ThreadPolicy(thresholds: [
      .product: cube(64), .gram: cube(192), .solve: cube(128), .matrixVector: square(362),
    ]), usesFactorisations: false)

  static let blis = LibraryRow(
    name: "BLIS", backends: [.init(backend: .blis) { $0.blis }],
    filePrefixes: ["libblis"], threadVariables: ["BLIS_NUM_THREADS"], identify: identifyBLIS,
    policy: ThreadPolicy(thresholds: [
      .product: cube(192), .gram: cube(256), .solve: cube(256), .qr: cube(1024),
      .applyQ: cube(724),
    ]), namesItsKernels: true)

  static let flexiBLAS = LibraryRow(
    name: "FlexiBLAS",
    backends: [.init(backend: .flexiBLAS) { $0.single(["libflexiblas.so.3"]) }],
    filePrefixes: ["libflexiblas"], identify: identifyFlexiBLAS, policy: commonPolicy)

  static let accelerate = LibraryRow(
    name: "Accelerate", backends: [.init(backend: .accelerate) { $0.accelerate }],
    threadVariables: ["VECLIB_MAXIMUM_THREADS"], identify: identifyAccelerate,
    policy: commonPolicy)

  static let other = LibraryRow(
    name: "BLAS", backends: [.init(backend: .netlib) { $0.netlib }], identify: identifyOther,
    policy: commonPolicy)
}

// MARK: - How each is recognised

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

// MARK: - The names of backends

extension BLASBackend {
  /// Apus's own routines.
  public static let native = BLASBackend(name: "native")
  /// OpenBLAS with threads of its own.
  public static let openBLAS = BLASBackend(name: "openblas")
  /// OpenBLAS on OpenMP threads.
  public static let openBLASOpenMP = BLASBackend(name: "openblas-openmp")
  /// OpenBLAS without threads.
  public static let openBLASSerial = BLASBackend(name: "openblas-serial")
  /// OpenBLAS with 64-bit integers.
  public static let openBLAS64 = BLASBackend(name: "openblas64")
  /// Intel's oneMKL.
  public static let mkl = BLASBackend(name: "mkl")
  /// AMD's AOCL-BLAS.
  public static let aocl = BLASBackend(name: "aocl")
  /// BLIS, with Netlib's LAPACK where that is installed.
  public static let blis = BLASBackend(name: "blis")
  /// The reference BLAS and LAPACK.
  public static let netlib = BLASBackend(name: "netlib")
  /// FlexiBLAS, which itself chooses a library.
  public static let flexiBLAS = BLASBackend(name: "flexiblas")
  /// Apple's Accelerate (macOS).
  public static let accelerate = BLASBackend(name: "accelerate")
}
