// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads and writes whole files.
enum FileBytes {
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

  /// Writes a temporary file next to the target and renames it, so that a full disk leaves an old file
  /// intact.
  ///
  /// Symbolic links and the permissions of an old file are kept; a device or pipe is written directly.
  static func write(_ bytes: [UInt8], to wanted: String) throws(MatrixFileError) {
    let path = resolved(wanted)
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

  /// Creates an empty file with a name that no other process or thread uses.
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

  /// A path with symbolic links resolved.
  static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
