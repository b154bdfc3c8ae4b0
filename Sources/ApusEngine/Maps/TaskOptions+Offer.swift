// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

extension TaskOptions {
  /// The limits that a client has set.
  init(_ offer: MapOffer) {
    self.init()
    grace = .nanoseconds(offer.grace)
    timeLimit = offer.timeLimit.map { .nanoseconds($0) }
    memory = offer.memory.map { MemorySize(byteCount: $0) }
    replacementMemory = offer.replacementMemory.map { MemorySize(byteCount: $0) }
    tasksPerWorker = offer.tasksPerWorker
  }
}
