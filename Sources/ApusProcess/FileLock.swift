// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An exclusive lock on a file, which the system releases when the process ends for any reason.
///
/// On a file system that knows no locks it is taken without one.
package final class FileLock {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Returns: nil if another process holds it.
  /// - Throws: ``ProcessError`` `.cannotWrite` if the file cannot be opened.
  package init?(path: String) throws(ProcessError) {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw ProcessError(
          .cannotWrite, "cannot make the lock \(path): \(String(cString: strerror(errno)))")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
        close(descriptor)
        return nil
      }
      // The file may have been removed since it was opened; then this is the lock of nothing.
      var (opened, named) = (stat(), stat())
      if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }
}
