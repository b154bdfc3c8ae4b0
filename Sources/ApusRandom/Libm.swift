// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  public import Glibc
#elseif canImport(Musl)
  public import Musl
#else
  public import Darwin
#endif

/// The platform's mathematical functions, and no others: NumPy calls the same ones, so the last
/// bits agree on one machine.
///
/// Never a vectorised or own version here.
@usableFromInline
enum Libm {
  @inlinable
  static func exp(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.exp(x)
    #elseif canImport(Musl)
      Musl.exp(x)
    #else
      Darwin.exp(x)
    #endif
  }

  @inlinable
  static func log(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log(x)
    #elseif canImport(Musl)
      Musl.log(x)
    #else
      Darwin.log(x)
    #endif
  }

  @inlinable
  static func log1p(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log1p(x)
    #elseif canImport(Musl)
      Musl.log1p(x)
    #else
      Darwin.log1p(x)
    #endif
  }

  static func log1p(_ x: Float) -> Float {
    #if canImport(Glibc)
      Glibc.log1pf(x)
    #elseif canImport(Musl)
      Musl.log1pf(x)
    #else
      Darwin.log1pf(x)
    #endif
  }
}
