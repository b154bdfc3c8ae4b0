// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: The two descriptors are handed to the system in an array of this call.

/// A bell that wakes a process.
///
/// A ring cannot be lost: it waits in the descriptor until the bell is silenced.
package final class Bell: Sendable {
  let waiting: Int32
  let ringing: Int32

  package init() throws {
    var ends: [Int32] = [-1, -1]
    guard apus_bell(&ends) == 0 else {
      throw WorkerError(
        .systemRefused,
        "The system gave no descriptor for worker processes: \(System.lastError). Raise the limit with ulimit -n."
      )
    }
    (waiting, ringing) = (ends[0], ends[1])
  }

  deinit {
    System.close(waiting)
    if ringing != waiting { System.close(ringing) }
  }

  package func ring() { apus_ring(ringing) }
  func silence() { apus_silence(waiting) }

  /// Sleeps until the bell rings, and silences it.
  package func wait() {
    withUnsafePointer(to: waiting) { _ = apus_wait($0, 1, -1) }
    silence()
  }
}
