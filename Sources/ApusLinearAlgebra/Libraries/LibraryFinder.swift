// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Finds the files of backends in the file system.
struct LibraryFinder: Sendable {
  /// Folders of `APUS_BLAS_PATH`, searched first.
  var folders: [String] = []
  /// The folder of a Python virtual environment.
  var environment: String?

  /// The folders of system libraries.
  static let system = [
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/lib",
    "/usr/local/lib64", "/usr/lib",
  ]

  /// All ways to open a backend whose files exist, best first.
  func candidates(for backend: BLASBackend) -> [LibraryFiles] {
    if !backend.paths.isEmpty { return [LibraryFiles(backend.paths)] }
    let known = LibraryTable.rows.flatMap(\.backends).first { $0.backend == backend }
    return known?.candidates(self) ?? []
  }

  /// Libraries of one file, by their names in the usual folders.
  func single(_ names: [String]) -> [LibraryFiles] {
    found(names, in: folders + Self.system).map { LibraryFiles([$0]) }
  }

  /// AMD's library, in the separate files of its Python wheel or its installer; the file names in a wheel end
  /// in a checksum.
  var aocl: [LibraryFiles] {
    let candidates =
      folders + matches(fromEnvironment("lib/python3*/site-packages/aoclda.libs"))
      + matches(["/opt/AMD/aocl/*/gcc/lib", "/opt/AMD/aocl/*/lib"])
    return candidates.compactMap { folder in
      guard let blis = matches([folder + "/libblis-mt*.so*"]).first else { return nil }
      var files = ["libomp-*.so*", "libaoclutils*.so*"].compactMap {
        matches([folder + "/" + $0]).first.map {
          LibraryFiles.File(path: $0, providesSymbols: false)
        }
      }
      files.append(LibraryFiles.File(path: blis))
      if let flame = matches([folder + "/libflame*.so*"]).first {
        files.append(LibraryFiles.File(path: flame))
      }
      return LibraryFiles(files: files)
    }
  }

  /// BLIS, opened with global symbols so that Netlib's LAPACK uses it.
  var blis: [LibraryFiles] {
    let names = ["blis-pthread/libblis.so.4", "libblis.so.4", "blis-openmp/libblis.so.4"]
    let lapack = found(["lapack/liblapack.so.3"], in: folders + Self.system).first
    return found(names, in: folders + Self.system).map { path in
      LibraryFiles(
        files: [LibraryFiles.File(path: path, scope: .global)]
          + (lapack.map { [LibraryFiles.File(path: $0, scope: .dependent)] } ?? []))
    }
  }

  /// The reference BLAS, with its LAPACK where that is installed.
  var netlib: [LibraryFiles] {
    guard let blas = found(["blas/libblas.so.3"], in: folders + Self.system).first else {
      return []
    }
    let lapack = found(["lapack/liblapack.so.3"], in: folders + Self.system).first
    return [LibraryFiles([blas] + (lapack.map { [$0] } ?? []))]
  }

  /// Apple's framework.
  var accelerate: [LibraryFiles] {
    #if canImport(Darwin)
      [LibraryFiles(["/System/Library/Frameworks/Accelerate.framework/Accelerate"])]
    #else
      []
    #endif
  }

  /// The libraries inside a Python package, by a pattern below `site-packages`.
  func python(_ pattern: String) -> [LibraryFiles] {
    matches(fromEnvironment("lib/python3*/site-packages/" + pattern)).map { LibraryFiles([$0]) }
  }

  /// A path in the virtual environment, if there is one.
  func fromEnvironment(_ path: String) -> [String] {
    environment.map { [$0 + "/" + path] } ?? []
  }

  /// The readable files with these names in these folders, each once, however many links lead to it.
  func found(_ names: [String], in folders: [String]) -> [String] {
    var seen: Set<String> = []
    return names.flatMap { name in folders.map { $0 + "/" + name } }.filter {
      access($0, R_OK) == 0 && seen.insert(FileBytes.resolved($0)).inserted
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
