// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Why the backend that `APUS_BLAS` names is not in use, if it is not.
final class ComplaintStorage: Sendable {
  private let error = Mutex<BLASError?>(nil)

  var value: BLASError? { error.withLock { $0 } }

  func store(_ new: BLASError) { error.withLock { $0 = new } }
}
