// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The environment variables of the process's backend.
final class ThreadVariablesStorage: Sendable {
  private let names = Mutex<[String]>([])

  var value: [String] { names.withLock { $0 } }

  func store(_ new: [String]) { names.withLock { $0 = new } }
}
