// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// What has happened to one task, as nobody in the cluster knows it.
struct TaskFacts {
  /// The controller has sent the task to an engine.
  struct Sending {
    let engine: EngineID
    /// Why another one is no fault: the engine was lost, or word of it may have been.
    var excuse: String?
  }

  let number: Int
  let client: Int
  let retries: Int
  var sendings: [Sending] = []
  /// How often an engine has begun it.
  var runs = 0
  /// Whether its request may have been lost on its way, or refused.
  var mayBeLost = false
}

/// Why a life has failed.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
