// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The largest number of threads that any call of a library gets, whatever its budget.
enum ProcessThreadLimit {
  static let storage = ProcessThreadLimitStorage()

  static var current: Int { storage.value }
}

/// The storage of the process's limit.
final class ProcessThreadLimitStorage: Sendable {
  private let limit = Atomic<Int>(.max)

  var value: Int { limit.load(ordering: .relaxed) }

  func store(_ new: Int) { limit.store(new, ordering: .relaxed) }
}
