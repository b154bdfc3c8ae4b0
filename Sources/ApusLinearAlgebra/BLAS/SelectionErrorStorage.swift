// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Stores why the backend that `APUS_BLAS` names is not in use.
final class SelectionErrorStorage: Sendable {
  private let error = Mutex<BLASError?>(nil)

  var value: BLASError? { error.withLock { $0 } }

  func store(_ new: BLASError) { error.withLock { $0 = new } }
}
