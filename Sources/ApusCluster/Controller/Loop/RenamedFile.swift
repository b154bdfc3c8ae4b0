// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Moves a file over another one in one step.
enum RenamedFile {
  static func rename(_ path: String, to target: String) -> Bool {
    #if canImport(Glibc)
      Glibc.rename(path, target) == 0
    #elseif canImport(Musl)
      Musl.rename(path, target) == 0
    #else
      Darwin.rename(path, target) == 0
    #endif
  }
}
