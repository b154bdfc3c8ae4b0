// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The warning that the library which `APUS_BLAS` names is not in use.
///
/// It goes to the standard error of any program, because the results would otherwise be slower, and differ in their last bits,
/// without a word.
package enum SelectionWarningStorage {
  private static let isSilenced = Atomic<Bool>(false)

  /// Leaves it to the program to say so, by ``BLAS/selectionError``.
  package static func silence() { isSilenced.store(true, ordering: .relaxed) }

  static func say(_ error: BLASError?) {
    guard let error, !isSilenced.load(ordering: .relaxed) else { return }
    let name = LinearAlgebraEnvironment.current.backend ?? ""
    let text = "Apus: warning: APUS_BLAS=\(name) is not used: \(error) Apus's own routines are.\n"
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
