// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The uses that a ``StreamRecord`` collects, protected by a lock.
final class StreamRecordStorage: Sendable {
  private let uses = Mutex<[StreamUse]>([])

  var maps: [StreamUse] { uses.withLock { $0 } }

  func begin(_ origin: StreamOrigin, tasks: Int) -> Int {
    let use = StreamUse(origin: origin, words: [UInt64](repeating: 0, count: tasks))
    return uses.withLock { uses in
      uses.append(use)
      return uses.count - 1
    }
  }

  func note(_ map: Int, _ task: Int, _ words: UInt64?) {
    uses.withLock { uses in
      let missing = task + 1 - uses[map].words.count  // a lazy map does not know their number
      if missing > 0 { uses[map].words += [UInt64](repeating: 0, count: missing) }
      if let words { uses[map].words[task] = words } else { uses[map].unknown.append(task) }
    }
  }
}
