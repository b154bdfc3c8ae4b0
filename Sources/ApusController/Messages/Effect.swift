// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import Logging

/// Something that the driver must do to the world, decided by a part of the controller.
package enum Effect {
  /// Send all frames of a parcel.
  case send(Parcel, on: Channel)
  /// Forward an engine's reply `[engine, client, …]` to its client as `[client, engine, …]`.
  case sendReply(Parcel, on: Channel)
  /// Send a message to its engine, or hold it while the engine cannot be reached.
  case sendToEngine(EngineMessage)
  /// Send held messages, in order, until the engine cannot be reached.
  case sendHeld(HeldMessages.Line)
  case log(Logger.Level, String)
  /// Write the engines to disk, because they have changed.
  case saveEngines
}
