// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Each stream and descriptor is closed exactly once; names are copied before the next entry is read.

/// Folders of files of records.
package enum RecordFolder {
  /// Makes a folder for its owner alone, unless it exists.
  package static func make(_ path: String) throws(RecordFileError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(.cannotOpen, path) }
  }

  /// The names in a folder, in no order.
  package static func names(in path: String) throws(RecordFileError) -> [String] {
    guard let stream = opendir(path) else { throw failure(.cannotRead, path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { field in
          field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  /// Removes a file; one that is gone already is no error.
  package static func remove(_ path: String) throws(RecordFileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure(.cannotWrite, path) }
  }

  /// Waits until the disk knows the files of a folder.
  package static func sync(_ path: String) throws(RecordFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(.cannotOpen, path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(.cannotWrite, path) }
  }

  /// The folder of a file.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(
    _ code: RecordFileError.Code, _ path: String
  ) -> RecordFileError {
    RecordFileError(code, path, reason: String(cString: strerror(errno)))
  }
}
