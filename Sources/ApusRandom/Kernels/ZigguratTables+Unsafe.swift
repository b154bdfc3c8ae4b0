// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: The pointers are to tables in the program's constants, which are never freed or written. The caller must use layers
// below 256.

/// NumPy's ziggurat tables (Marsaglia and Tsang 2000) with 256 layers, for doubles.
@usableFromInline
struct ZigguratTables: @unchecked Sendable {
  // Pointers to constants of the program, which are never written.

  @usableFromInline let k: UnsafePointer<UInt64>
  @usableFromInline let w: UnsafePointer<Double>
  @usableFromInline let f: UnsafePointer<Double>

  /// The same tables in the form that the kernels take.
  let pointers: apus_ziggurat_f64

  init(_ tables: apus_ziggurat_f64) {
    pointers = tables
    (k, w, f) = (tables.k, tables.w, tables.f)
  }

  @usableFromInline static let normal = ZigguratTables(apus_normal_f64())
  @usableFromInline static let exponential = ZigguratTables(apus_exponential_f64())

  /// The height of a random point in a layer, from a uniform `u`.
  @inlinable
  func height(layer: Int, _ u: Double) -> Double { (f[layer - 1] - f[layer]) * u + f[layer] }
}

/// The same for floats.
struct ZigguratFloatTables: @unchecked Sendable {
  // Pointers to constants of the program, which are never written.

  let k: UnsafePointer<UInt32>
  let w: UnsafePointer<Float>
  let f: UnsafePointer<Float>

  init(_ tables: apus_ziggurat_f32) {
    (k, w, f) = (tables.k, tables.w, tables.f)
  }

  static let normal = ZigguratFloatTables(apus_normal_f32())
  static let exponential = ZigguratFloatTables(apus_exponential_f32())

  func height(layer: Int, _ u: Float) -> Float { (f[layer - 1] - f[layer]) * u + f[layer] }
}
