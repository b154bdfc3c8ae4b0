// Part of Apus, Apache-2.0. See LICENSE.

/// A library that Apus knows by name, or any other by its files.
public struct BLASBackend: Sendable, Hashable {
  /// The name that `APUS_BLAS` accepts.
  public let name: String
  /// The files, if it is known by those.
  let paths: [String]

  init(name: String, paths: [String] = []) {
    self.name = name
    self.paths = paths
  }

  /// The OpenBLAS inside a Python package of the virtual environment: `numpy`, `scipy-openblas64`,
  /// `scipy-openblas32`.
  public static func python(_ package: String) -> BLASBackend {
    BLASBackend(name: "python:\(package)")
  }

  /// Files by path, the BLAS first, then a LAPACK if that is separate.
  public static func files(_ paths: [String]) -> BLASBackend {
    BLASBackend(name: paths.joined(separator: ";"), paths: paths)
  }

  /// Makes a backend from a name that `APUS_BLAS` accepts: a known one, or paths separated by semicolons.
  ///
  /// - Throws: ``BLASError`` `.unknownName`.
  public init(_ text: String) throws(BLASError) {
    if LibraryTable.backendNames.contains(text.lowercased()) {
      self.init(name: text.lowercased())
    } else if text.contains("/") {
      self = .files(text.split(separator: ";").map(String.init))
    } else {
      throw .unknownName(text)
    }
  }
}
