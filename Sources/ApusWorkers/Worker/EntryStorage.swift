// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Whether this process has called ``WorkerProcesses/enter(functions:)``.
enum EntryStorage {
  static let isEntered = Atomic<Bool>(false)
}
