// Part of Apus, Apache-2.0. See LICENSE.

/// The table of BLAS libraries: one row for each kind, with everything that depends on the kind.
///
/// To add a library, add its row and, if it has a name of its own, its backends in ``BLASBackend`` below; the test
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
    preconditionFailure("The last row recognises any library.")
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
    filePrefixes: ["libmkl_rt"], threadVariables: ["MKL_NUM_THREADS"], identify: identifyMKL,
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
