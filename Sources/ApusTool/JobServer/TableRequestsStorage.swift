// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Whether somebody has asked for a table, by a signal.
final class TableRequests: Sendable {
  private let isAsked = Atomic<Bool>(false)

  func ask() { isAsked.store(true, ordering: .sequentiallyConsistent) }

  func take() -> Bool { isAsked.exchange(false, ordering: .sequentiallyConsistent) }
}
