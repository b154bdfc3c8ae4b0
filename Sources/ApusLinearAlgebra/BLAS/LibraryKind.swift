// Part of Apus, Apache-2.0. See LICENSE.

/// Whose library a file is, found by what it exports.
enum LibraryKind: String, Sendable, Hashable {
  case openBLAS = "OpenBLAS"
  case mkl = "oneMKL"
  case aocl = "AOCL-BLAS"
  case blis = "BLIS"
  case flexiBLAS = "FlexiBLAS"
  case accelerate = "Accelerate"
  case other = "BLAS"
}
