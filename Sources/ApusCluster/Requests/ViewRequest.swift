// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A request to an engine or to the controller's scheduler.
package struct ViewRequest: Sendable {
  package let id: MessageID
  package let type: MessageType
  package var content = JSONText.emptyObject
  package var metadata = JSONText.emptyObject
  /// The engine; nil for a task that the controller gives to one.
  package var engine: EngineID?
  package var channel = "mux"
  package var buffers: [[UInt8]] = []
  /// How long to wait for the reply; nil for as long as it takes.
  package var timeout: Duration?

  package init(
    id: MessageID, type: MessageType, content: JSONText = .emptyObject,
    metadata: JSONText = .emptyObject, engine: EngineID? = nil, channel: String = "mux",
    buffers: [[UInt8]] = [], timeout: Duration? = nil
  ) {
    (self.id, self.type, self.content, self.metadata) = (id, type, content, metadata)
    (self.engine, self.channel, self.buffers, self.timeout) = (engine, channel, buffers, timeout)
  }
}
