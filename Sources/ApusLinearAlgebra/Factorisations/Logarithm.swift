// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The natural logarithm of the platform.
enum Logarithm {
  static func of(_ x: Double) -> Double { log(x) }
}
