// Part of Apus, Apache-2.0. See LICENSE.
import ApusMatrixKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A library that the dynamic loader has opened; it stays open, because its threads may live on.
struct SharedLibrary: @unchecked Sendable {
  // A handle and addresses of code: constant once opened.

  /// The file, as the loader resolved it.
  let path: String
  private let handle: UnsafeMutableRawPointer

  /// How symbols of a library are found.
  enum Scope: Sendable {
    /// Its own first, whatever else is loaded, and hidden from others.
    case own
    /// Visible to libraries opened later, such as a LAPACK that needs a BLAS.
    case global
    /// Hidden, but others' symbols first: a LAPACK over a BLAS opened globally.
    case dependent
    /// One that the process has already; it is not opened if not.
    case loaded
  }

  init(_ path: String, scope: Scope = .own) throws(BLASError) {
    var flags = RTLD_NOW | (scope == .global ? RTLD_GLOBAL : RTLD_LOCAL)
    #if canImport(Glibc)
      // Sanitizers abort the process when a library is opened with this flag.
      if scope == .loaded { flags |= RTLD_NOLOAD }
      if scope == .own && !Self.isSanitized { flags |= RTLD_DEEPBIND }
    #endif
    guard let handle = dlopen(path, flags) else {
      throw .notLoadable(path: path, reason: Self.lastError)
    }
    self.handle = handle
    self.path = path
  }

  /// The address of a symbol of this library or of those that it depends on.
  func address(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }

  /// The address of a symbol that lies in one of `files` themselves: a dependency may be another BLAS.
  func ownAddress(_ name: String, in files: [String]) -> UnsafeMutableRawPointer? {
    guard let address = dlsym(handle, name), let owner = Self.file(of: address) else { return nil }
    return files.contains { Self.resolved($0) == Self.resolved(owner) } ? address : nil
  }

  /// The file in which an address of code lies.
  static func file(of address: UnsafeMutableRawPointer) -> String? {
    apus_file_of_address(address).map { String(cString: $0) }
  }

  /// The files of all libraries of this process.
  static var loadedPaths: [String] {
    final class Paths { var all: [String] = [] }
    let paths = Paths()
    apus_each_library(
      { path, context in
        guard let path, let context else { return }
        Unmanaged<Paths>.fromOpaque(context).takeUnretainedValue().all.append(String(cString: path))
      }, Unmanaged.passUnretained(paths).toOpaque())
    return paths.all
  }

  /// A path without symbolic links.
  static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static var isSanitized: Bool {
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
  }

  private static var lastError: String {
    dlerror().map { String(cString: $0) } ?? "no reason given"
  }
}
