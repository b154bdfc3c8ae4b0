// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// What an engine's messages travel through.
package enum EnginePort: Sendable, Hashable, CaseIterable {
  /// How it joins, and leaves.
  case registration
  /// Requests of a client for this engine, tasks that the controller gives to any, requests for all engines, and requests about
  /// the engine itself.
  case direct, balanced, broadcast, control
  /// What is published to all clients.
  case output
  /// The controller's pings, and their way back.
  case ping, pong
}

/// What an engine hears: a message, or a word that says something by coming.
package enum EngineInput: Sendable, Hashable {
  case message(EnginePort)
  /// The program, or the user, that started the engine wants it to end.
  case lifeline
  /// The engine is to begin nothing more.
  case warning
}

/// An engine's end of its connections to a controller: sockets, or those of a simulated network.
///
/// It belongs to one thread. What is sent while a connection is cut travels when there is another.
package protocol EngineChannels: AnyObject {
  /// Opens the channel through which an engine asks to join.
  func openRegistration(of id: EngineID) throws(TransportError)

  /// Opens the other channels of an engine that has got its number.
  func open(for id: EngineID, number: Int) throws(TransportError)

  func send(_ frames: [[UInt8]], on channel: EnginePort)
  func send(_ parcel: Parcel, on channel: EnginePort)

  /// Lets what was sent travel for a second after the channel was closed.
  func linger(on channel: EnginePort)

  /// Waits until something has come in, or the time is up.
  ///
  /// - Returns: false if nothing has come in.
  func wait(milliseconds: Int) -> Bool

  /// Reads what is there.
  ///
  /// - Parameter body: gets each message; there is none for the other inputs.
  func read(_ body: (EngineInput, Parcel) -> Void)

  /// A descriptor that has input when there is something to read; nil where there is none.
  var descriptor: Int32? { get }
}
