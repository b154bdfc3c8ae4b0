// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// A message for one engine, and what to do if it cannot be delivered.
package struct EngineMessage {
  /// The request that the message belongs to.
  package enum Purpose {
    case task(TaskID)
    indirect case direct(MessageHeader, parent: [UInt8], ClientID)
    /// One engine's copy of a broadcast; `header` is the copy's.
    indirect case broadcast(MessageID, ClientID, header: [UInt8], isCoalescing: Bool)
  }

  /// All frames after the engine's routing identity.
  package let parcel: Parcel
  package let engine: EngineID
  package let channel: EngineChannel
  package let purpose: Purpose
}
