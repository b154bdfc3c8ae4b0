// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// What has happened to one request, as nobody in the cluster knows it.
struct TaskFacts {
  /// The controller has sent it to an engine.
  struct Sending {
    let engine: EngineID
    /// Whether the engine has it, and has answered it.
    var isDelivered = false
    var isAnswered = false
    /// Whether the journal had not taken everything before.
    let isUnjournalled: Bool
    /// Why another sending is no fault: the engine was lost, or what was on its way to it or from it.
    var excuse: String?
  }

  let number: Int
  let client: Int
  let retries: Int
  var sendings: [Sending] = []
  /// Whether a controller has it, and the journal.
  var isTaken = false
  /// Whether a controller has sent an answer.
  var isEnded = false
  /// Whether it may have ended; the outcomes of old tasks are forgotten.
  var hasEnded: Bool { isEnded || sendings.contains(where: \.isAnswered) }
  /// Whether its request or its answer may have been lost on its way, or refused.
  var mayBeLost = false
}

/// Why a life has failed.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
