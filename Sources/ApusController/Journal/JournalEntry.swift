// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// One fact in a controller's journal.
///
/// Facts may be repeated, and a request may be written again behind what became of it, because old segments are removed after
/// what still matters in them was written again.
package enum JournalEntry {
  /// A controller has begun to write, after so many starts; the number of the next engine then.
  case started(epoch: Int, nextNumber: Int)
  /// An engine has joined under a number, or is still there.
  case joined(EngineID, number: Int, host: String?, process: Int?)
  case left(EngineID)
  case accepted(Accepted)
  /// A task was given to an engine.
  case assigned(MessageID, EngineID)
  /// A task waits for an engine again.
  case waiting(MessageID, Attempts)
  case finished(Finished)
  /// The records of these requests were removed.
  case removed([MessageID])
  /// The answer to a request of an earlier controller was sent, because its client was heard.
  case answered(MessageID)

  /// A request that has come in.
  package struct Accepted {
    package var id: MessageID
    /// Its place in the order in which requests have come in.
    package var serial: Int
    package var epoch: Int
    package var channel: EngineChannel
    /// The engine that its client chose; nil for a task.
    package var engine: EngineID?
    /// False if it was resubmitted by the controller itself.
    package var hasClient: Bool
    /// Whether its buffers were left out.
    package var lacksBuffers: Bool
    /// The frames from the delimiter on.
    package var message: Envelope
  }

  /// What is left to a task that was begun before.
  package struct Attempts: Sendable, Hashable {
    package var retries: Int
    /// Engines that are not asked again.
    package var refusedBy: [EngineID]

    package init(retries: Int, refusedBy: [EngineID]) {
      (self.retries, self.refusedBy) = (retries, refusedBy)
    }
  }

  /// A request that has ended.
  package struct Finished {
    package var id: MessageID
    /// Its place in the order of answers.
    package var order: Int
    package var epoch: Int
    package var engine: EngineID?
    package var received: WireDate
    package var hasSucceeded: Bool
    /// The frames of the reply, from the delimiter on; nil if only the outcome is kept.
    package var reply: Envelope?
  }
}
