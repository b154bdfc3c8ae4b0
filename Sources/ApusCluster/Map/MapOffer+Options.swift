// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

extension MapOffer {
  /// What engines must know about a map of this program.
  ///
  /// - Parameter function: the digest of the function.
  init(_ function: String, _ options: TaskOptions) {
    self.init(function: function, grace: options.grace.nanoseconds)
    timeLimit = options.timeLimit?.nanoseconds
    memory = options.memory?.byteCount
    replacementMemory = options.replacementMemory?.byteCount
    tasksPerWorker = options.tasksPerWorker
    expected = options.expected?.nanoseconds
    program = Build.own.text
  }
}
