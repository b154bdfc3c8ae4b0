// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One way to open a backend: files in the order in which they are opened, the one with the products first
/// among those that are looked into.
struct LibraryFiles: Sendable, Hashable {
  struct File: Sendable, Hashable {
    var path: String
    var scope = SharedLibrary.Scope.own
    /// Whether symbols are looked up here; if not, it only has what others need.
    var isSearched = true
  }

  var files: [File]

  init(_ paths: [String]) { files = paths.map { File(path: $0) } }
  init(files: [File]) { self.files = files }

  var paths: [String] { files.map(\.path) }
}

/// Where the files of backends are, as far as looking at the file system tells.
struct LibraryFinder: Sendable {
  /// Folders of `APUS_BLAS_PATH`, asked first.
  var folders: [String] = []
  /// The folder of a Python virtual environment.
  var environment: String?

  private static let system = [
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/lib",
    "/usr/local/lib64", "/usr/lib",
  ]

  /// All ways to open a backend whose files are there, best first.
  func ways(to backend: BLAS.Backend) -> [LibraryFiles] {
    switch backend {
    case .native: []
    case .openBLAS:
      single(["openblas-pthread/libopenblas.so.0", "libopenblas.so.0", "libopenblas.so"])
    case .openBLASOpenMP: single(["openblas-openmp/libopenblas.so.0"])
    case .openBLASSerial: single(["openblas-serial/libopenblas.so.0"])
    case .openBLAS64: single(["openblas64-pthread/libopenblas64.so.0", "libopenblas64.so.0"])
    case .mkl:
      found(
        ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so"],
        in: folders + fromEnvironment("lib") + Self.system + ["/opt/intel/oneapi/mkl/latest/lib"]
      ).map { LibraryFiles([$0]) }
    case .aocl: aocl
    case .blis: blis
    case .netlib: netlib
    case .flexiBLAS: single(["libflexiblas.so.3"])
    case .accelerate: accelerate
    case .python(let package): python(package).map { LibraryFiles([$0]) }
    case .files(let paths): [LibraryFiles(paths)]
    }
  }

  private func single(_ names: [String]) -> [LibraryFiles] {
    found(names, in: folders + Self.system).map { LibraryFiles([$0]) }
  }

  /// AMD's library in the parts that its Python wheel or its installer has; the names of parts in a wheel
  /// end in a checksum.
  private var aocl: [LibraryFiles] {
    let places =
      folders + matches(fromEnvironment("lib/python3*/site-packages/aoclda.libs"))
      + matches(["/opt/AMD/aocl/*/gcc/lib", "/opt/AMD/aocl/*/lib"])
    return places.compactMap { folder in
      guard let blis = matches([folder + "/libblis-mt*.so*"]).first else { return nil }
      var files = ["libomp-*.so*", "libaoclutils*.so*"].compactMap {
        matches([folder + "/" + $0]).first.map { LibraryFiles.File(path: $0, isSearched: false) }
      }
      files.append(LibraryFiles.File(path: blis))
      if let flame = matches([folder + "/libflame*.so*"]).first {
        files.append(LibraryFiles.File(path: flame))
      }
      return LibraryFiles(files: files)
    }
  }

  /// BLIS is opened for all to see, so that Netlib's LAPACK uses it.
  private var blis: [LibraryFiles] {
    let names = ["blis-pthread/libblis.so.4", "libblis.so.4", "blis-openmp/libblis.so.4"]
    let lapack = found(["lapack/liblapack.so.3"], in: folders + Self.system).first
    return found(names, in: folders + Self.system).map { path in
      LibraryFiles(
        files: [LibraryFiles.File(path: path, scope: .global)]
          + (lapack.map { [LibraryFiles.File(path: $0, scope: .dependent)] } ?? []))
    }
  }

  private var netlib: [LibraryFiles] {
    guard let blas = found(["blas/libblas.so.3"], in: folders + Self.system).first else {
      return []
    }
    let lapack = found(["lapack/liblapack.so.3"], in: folders + Self.system).first
    return [LibraryFiles([blas] + (lapack.map { [$0] } ?? []))]
  }

  private var accelerate: [LibraryFiles] {
    #if canImport(Darwin)
      [LibraryFiles(["/System/Library/Frameworks/Accelerate.framework/Accelerate"])]
    #else
      []
    #endif
  }

  private func python(_ package: String) -> [String] {
    let pattern =
      switch package {
      case "numpy": "numpy.libs/libscipy_openblas64_*.so"
      case "scipy-openblas64": "scipy_openblas64/lib/libscipy_openblas64_.so"
      default: "scipy_openblas32/lib/libscipy_openblas.so"
      }
    return matches(fromEnvironment("lib/python3*/site-packages/" + pattern))
  }

  private func fromEnvironment(_ path: String) -> [String] {
    environment.map { [$0 + "/" + path] } ?? []
  }

  /// Names that are files in folders, each file once, however many links lead to it.
  private func found(_ names: [String], in folders: [String]) -> [String] {
    var seen: Set<String> = []
    return names.flatMap { name in folders.map { $0 + "/" + name } }.filter {
      access($0, R_OK) == 0 && seen.insert(SharedLibrary.resolved($0)).inserted
    }
  }

  /// Paths that match shell patterns.
  private func matches(_ patterns: [String]) -> [String] {
    patterns.flatMap { pattern in
      var result = glob_t()
      defer { globfree(&result) }
      guard glob(pattern, 0, nil, &result) == 0, let paths = result.gl_pathv else {
        return [String]()
      }
      return (0..<Int(result.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
  }
}
