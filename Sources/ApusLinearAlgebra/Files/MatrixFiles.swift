// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// Reads a NumPy `.npy` file.
  ///
  /// - Throws: ``MatrixFileError``.
  public init(npyFile path: String) throws(MatrixFileError) {
    try self.init(npyBytes: FileBytes.read(path))
  }

  /// Writes a NumPy `.npy` file; an existing file is replaced once the new one is complete.
  ///
  /// - Throws: ``MatrixFileError``.
  public func writeNPY(to path: String) throws(MatrixFileError) {
    try FileBytes.write(npyBytes, to: path)
  }
}

extension Matrix where Element: LosslessStringConvertible {
  /// Reads a file of comma-separated numbers.
  ///
  /// - Throws: ``MatrixFileError``.
  public init(csvFile path: String, hasHeader: Bool = false) throws(MatrixFileError) {
    let bytes = try FileBytes.read(path)
    try self.init(csv: String(decoding: bytes, as: UTF8.self), hasHeader: hasHeader)
  }

  /// Writes a file of comma-separated numbers; an existing file is replaced once the new one is complete.
  ///
  /// - Throws: ``MatrixFileError``.
  public func writeCSV(to path: String) throws(MatrixFileError) {
    try FileBytes.write(Array(csv.utf8), to: path)
  }
}
