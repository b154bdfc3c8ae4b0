// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Whether somebody has asked the loop to stop.
final class StopStorage: Sendable {
  private let flag = Atomic<Bool>(false)

  var isStopped: Bool { flag.load(ordering: .relaxed) }

  func stop() { flag.store(true, ordering: .relaxed) }
}
