// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The environment variables that concern linear algebra, read once.
struct LinearAlgebraEnvironment: Sendable {
  var backend: String?
  var folders: [String]
  var pythonEnvironment: String?
  /// Whether a library without stored thresholds is calibrated at its first use.
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
      .first { $0.hasPrefix("/") }  // the XDG specification ignores relative paths
    calibrationFolder = caches.map { $0 + "/apus" }
    for name in LibraryTable.threadVariables { threads[name] = text(name) }
  }

  /// The value of a variable that sets a number of threads.
  func threads(_ name: String) -> String? { threads[name] }

  /// Runs `body`, which opens a library, with settings that keep OpenBLAS from starting threads when it is
  /// loaded.
  ///
  /// Environment variables belong to the whole process, so call this only under the loader's lock.
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
