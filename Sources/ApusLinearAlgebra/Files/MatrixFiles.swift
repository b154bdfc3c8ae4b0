// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files of matrices: whole ones, read and written at once.
enum MatrixFiles {
  static func read(_ path: String) throws(MatrixFileError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw MatrixFileError(.unreadable, "\(path) cannot be opened: \(reason).")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk[..<count]
      if count == chunk.count { continue }
      if ferror(file) != 0 {
        throw MatrixFileError(.unreadable, "\(path) cannot be read: \(reason).")
      }
      return bytes
    }
  }

  /// Writes beside the file first, so that a full disk leaves an old file as it was; a link keeps its place,
  /// an old file its
  /// permissions, and a device or pipe is written as it is.
  static func write(_ bytes: [UInt8], to wanted: String) throws(MatrixFileError) {
    let path = SharedLibrary.resolved(wanted)
    var facts = stat()
    let exists = stat(path, &facts) == 0
    let isSpecial = exists && facts.st_mode & S_IFMT != S_IFREG
    let draft = isSpecial ? path : try newDraft(beside: path)
    if exists && !isSpecial { chmod(draft, facts.st_mode & 0o777) }
    guard let file = fopen(draft, "wb") else {
      throw MatrixFileError(.unwritable, "\(wanted) cannot be written: \(reason).")
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    let problem = written == bytes.count ? 0 : errno
    guard fclose(file) == 0, written == bytes.count, isSpecial || rename(draft, path) == 0 else {
      let why = problem != 0 ? String(cString: strerror(problem)) : reason
      if !isSpecial { unlink(draft) }
      throw MatrixFileError(.unwritable, "\(wanted) cannot be written: \(why).")
    }
  }

  /// An empty file of a name that no other process or thread has.
  private static func newDraft(beside path: String) throws(MatrixFileError) -> String {
    for number in 0..<1000 {
      let draft = "\(path).\(getpid()).\(number).part"
      if let file = fopen(draft, "wbx") {
        fclose(file)
        return draft
      }
      if errno != EEXIST { break }
    }
    throw MatrixFileError(.unwritable, "\(path) cannot be written: \(reason).")
  }

  private static var reason: String { String(cString: strerror(errno)) }
}

extension Matrix {
  /// Reads a file of NumPy's format.
  ///
  /// - Throws: ``MatrixFileError``.
  public init(npyFile path: String) throws(MatrixFileError) {
    try self.init(npyBytes: MatrixFiles.read(path))
  }

  /// Writes a file of NumPy's format; a file that is there is replaced when the new one is complete.
  ///
  /// - Throws: ``MatrixFileError``.
  public func writeNPY(to path: String) throws(MatrixFileError) {
    try MatrixFiles.write(npyBytes, to: path)
  }
}

extension Matrix where Element: LosslessStringConvertible {
  /// Reads a file of comma-separated numbers.
  ///
  /// - Throws: ``MatrixFileError``.
  public init(csvFile path: String, hasHeader: Bool = false) throws(MatrixFileError) {
    let bytes = try MatrixFiles.read(path)
    try self.init(csv: String(decoding: bytes, as: UTF8.self), hasHeader: hasHeader)
  }

  /// Writes a file of comma-separated numbers; a file that is there is replaced when the new one is complete.
  ///
  /// - Throws: ``MatrixFileError``.
  public func writeCSV(to path: String) throws(MatrixFileError) {
    try MatrixFiles.write(Array(csv.utf8), to: path)
  }
}
