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

extension MapOffer {
  /// Why an engine of a build does not run the map; nil if it may.
  func refusal(by own: Build) -> String? {
    guard let client = program.flatMap({ Build(text: $0) }), client.isOtherBuild(of: own) else {
      return nil
    }
    return
      "the engine runs another build of \(own.name) than the client: start both from the same file"
  }
}
