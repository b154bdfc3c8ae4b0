// Part of Apus, Apache-2.0. See LICENSE.
import ApusLoader

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A library opened by the dynamic loader; it is never closed, because its threads may still run.
struct SharedLibrary: @unchecked Sendable {
  // A handle and addresses of code: constant once opened.

  /// The path by which it was opened.
  let path: String
  private let handle: UnsafeMutableRawPointer

  /// How symbols of a library are resolved.
  enum Scope: Sendable {
    /// Its own symbols come first, whatever else is loaded, and are hidden from other libraries.
    case own
    /// Its symbols are visible to libraries opened later, such as a LAPACK that needs a BLAS.
    case global
    /// Its symbols are hidden, and those of other libraries come first: for a LAPACK over a BLAS opened
    /// globally.
    case dependent
    /// The library must be loaded already; otherwise opening it fails.
    case loaded
  }

  init(_ path: String, scope: Scope = .own) throws(BLASError) {
    var flags = RTLD_NOW | (scope == .global ? RTLD_GLOBAL : RTLD_LOCAL)
    #if canImport(Glibc)
      // Sanitizers abort the process when a library is opened with RTLD_DEEPBIND.
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

  /// The address of a symbol defined in one of `files`, not in a dependency, which may be another BLAS.
  func ownAddress(_ name: String, in files: [String]) -> UnsafeMutableRawPointer? {
    guard let address = dlsym(handle, name), let owner = Self.file(of: address) else { return nil }
    return files.contains { FileBytes.resolved($0) == FileBytes.resolved(owner) } ? address : nil
  }

  /// The file that contains a code address.
  static func file(of address: UnsafeMutableRawPointer) -> String? {
    apus_file_of_address(address).map { String(cString: $0) }
  }

  /// The files of all libraries loaded in this process.
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

  private static var isSanitized: Bool {
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
  }

  private static var lastError: String {
    dlerror().map { String(cString: $0) } ?? "no reason given"
  }
}
