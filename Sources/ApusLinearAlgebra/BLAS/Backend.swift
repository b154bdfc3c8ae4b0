// Part of Apus, Apache-2.0. See LICENSE.

extension BLAS {
  /// The libraries that Apus knows by name, and any other by its files.
  public enum Backend: Sendable, Hashable {
    /// Apus's own routines.
    case native
    /// OpenBLAS with threads of its own.
    case openBLAS
    /// OpenBLAS on OpenMP threads.
    case openBLASOpenMP
    /// OpenBLAS without threads.
    case openBLASSerial
    /// OpenBLAS with integers of 64 bits.
    case openBLAS64
    /// Intel's oneMKL.
    case mkl
    /// AMD's AOCL-BLAS.
    case aocl
    /// BLIS, with the LAPACK of Netlib where that is installed.
    case blis
    /// The reference BLAS and LAPACK.
    case netlib
    /// FlexiBLAS, which itself chooses.
    case flexiBLAS
    /// Apple's Accelerate (macOS).
    case accelerate
    /// The OpenBLAS inside a Python package of the virtual environment: `numpy`, `scipy-openblas64`,
    /// `scipy-openblas32`.
    case python(String)
    /// Files by path, the BLAS first, then a LAPACK if that is separate.
    case files([String])

    static let named: [(String, Backend)] = [
      ("native", .native), ("openblas", .openBLAS), ("openblas-openmp", .openBLASOpenMP),
      ("openblas-serial", .openBLASSerial), ("openblas64", .openBLAS64), ("mkl", .mkl),
      ("aocl", .aocl), ("blis", .blis), ("netlib", .netlib), ("flexiblas", .flexiBLAS),
      ("accelerate", .accelerate), ("python:numpy", .python("numpy")),
      ("python:scipy-openblas64", .python("scipy-openblas64")),
      ("python:scipy-openblas32", .python("scipy-openblas32")),
    ]

    static var names: String { named.map(\.0).joined(separator: ", ") }

    /// The name as `APUS_BLAS` takes it: one of the known, or paths with a semicolon between.
    public init(_ text: String) throws(BLASError) {
      if let known = Self.named.first(where: { $0.0 == text.lowercased() }) {
        self = known.1
      } else if text.contains("/") {
        self = .files(text.split(separator: ";").map(String.init))
      } else {
        throw .unknownName(text)
      }
    }

    /// The name as `APUS_BLAS` takes it.
    public var name: String {
      if case .files(let paths) = self { return paths.joined(separator: ";") }
      return Self.named.first { $0.1 == self }?.0 ?? "\(self)"
    }
  }
}
