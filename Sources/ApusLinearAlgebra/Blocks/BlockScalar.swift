// Part of Apus, Apache-2.0. See LICENSE.

/// A number that blocks of memory can hold: `Double` or `Float`.
///
/// Users constrain to ``MatrixScalar``, which adds the operations of matrices.
public protocol BlockScalar: BinaryFloatingPoint, SIMDScalar, Sendable, Codable {}
