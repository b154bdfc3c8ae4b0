// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  public import Glibc
#elseif canImport(Musl)
  public import Musl
#else
  public import Darwin
#endif

/// The platform's mathematical functions: NumPy calls the same ones, so the last bits agree on one machine.
///
/// Vectorised or home-grown versions do not belong here.
@usableFromInline
package enum Libm {
  @inlinable
  package static func exp(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.exp(x)
    #elseif canImport(Musl)
      Musl.exp(x)
    #else
      Darwin.exp(x)
    #endif
  }

  @inlinable
  package static func log(_ x: Double) -> Double {
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

  @inlinable
  static func log2(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log2(x)
    #elseif canImport(Musl)
      Musl.log2(x)
    #else
      Darwin.log2(x)
    #endif
  }

  @inlinable
  static func expm1(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.expm1(x)
    #elseif canImport(Musl)
      Musl.expm1(x)
    #else
      Darwin.expm1(x)
    #endif
  }

  @inlinable
  static func pow(_ x: Double, _ y: Double) -> Double {
    #if canImport(Glibc)
      Glibc.pow(x, y)
    #elseif canImport(Musl)
      Musl.pow(x, y)
    #else
      Darwin.pow(x, y)
    #endif
  }

  @inlinable
  static func cos(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.cos(x)
    #elseif canImport(Musl)
      Musl.cos(x)
    #else
      Darwin.cos(x)
    #endif
  }

  @inlinable
  static func acos(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.acos(x)
    #elseif canImport(Musl)
      Musl.acos(x)
    #else
      Darwin.acos(x)
    #endif
  }

  @inlinable
  static func fmod(_ x: Double, _ y: Double) -> Double {
    #if canImport(Glibc)
      Glibc.fmod(x, y)
    #elseif canImport(Musl)
      Musl.fmod(x, y)
    #else
      Darwin.fmod(x, y)
    #endif
  }

  package static func erfc(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.erfc(x)
    #elseif canImport(Musl)
      Musl.erfc(x)
    #else
      Darwin.erfc(x)
    #endif
  }

  package static func cbrt(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.cbrt(x)
    #elseif canImport(Musl)
      Musl.cbrt(x)
    #else
      Darwin.cbrt(x)
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
