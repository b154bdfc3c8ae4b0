// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the environment says of linear algebra, read once.
struct LinearAlgebraEnvironment: Sendable {
  var backend: String?
  var folders: [String]
  var pythonEnvironment: String?
  /// Whether a library without stored thresholds is to be measured at its first use.
  var wantsCalibration: Bool
  /// Where thresholds are stored.
  var calibrationFolder: String?
  private var threads: [String: String] = [:]

  static let current = LinearAlgebraEnvironment()

  private init() {
    func text(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    backend = text("APUS_BLAS")
    folders = text("APUS_BLAS_PATH")?.split(separator: ":").map(String.init) ?? []
    pythonEnvironment = text("VIRTUAL_ENV")
    wantsCalibration = text("APUS_BLAS_CALIBRATE") == "1"
    let caches = [text("XDG_CACHE_HOME"), text("HOME").map { $0 + "/.cache" }].compactMap { $0 }
      .first { $0.hasPrefix("/") }  // relative ones are to be ignored, says the XDG specification
    calibrationFolder = caches.map { $0 + "/apus" }
    for name in Self.threadVariables { threads[name] = text(name) }
  }

  private static let threadVariables = [
    "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS",
  ]

  /// A variable that sets a number of threads.
  func threads(_ name: String) -> String? { threads[name] }

  /// Runs `body`, which opens a library, so that OpenBLAS starts no thread before one is asked for.
  ///
  /// Variables are the process's, so this is done under the lock of the loader only.
  static func withoutPool<Output>(_ body: () -> Output) -> Output {
    let name = "OPENBLAS_NUM_THREADS"
    let before = getenv(name).map { String(cString: $0) }
    setenv(name, "1", 1)
    defer {
      if let before { setenv(name, before, 1) } else { unsetenv(name) }
    }
    return body()
  }
}

extension LinearAlgebraBudget {
  /// The budget in force for the backend in use.
  package static var current: LinearAlgebraBudget {
    resolved(budget: .current, kind: BLAS.current.library?.kind) {
      LinearAlgebraEnvironment.current.threads($0)
    }
  }
}
