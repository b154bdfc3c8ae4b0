// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// A client's end of its connections to a controller: sockets, or those of a simulated network.
///
/// Channels have the names of the connection file. They belong to one thread, except for ``waker``; what is sent while a
/// connection is cut travels when there is another.
package protocol ClientChannels: AnyObject {
  /// Opens channels, and lets ``wait(milliseconds:)`` wait for what comes through them.
  func watch(_ channels: [String]) throws

  /// Sends a message; opens its channel if it is not open.
  func send(_ parcel: Parcel, on channel: String) throws

  /// Receives the next message of a channel.
  ///
  /// - Parameter milliseconds: how long to wait for it; nil for not at all.
  /// - Returns: false if there is none.
  func receive(_ channel: String, into parcel: Parcel, milliseconds: Int?) throws -> Bool

  /// Lets what was sent travel for a second after the channel was closed.
  func linger(on channel: String)

  /// Waits until something has come in through a watched channel, the waker was called, or the time is up.
  func wait(milliseconds: Int)

  /// Ends a ``wait(milliseconds:)``; may be called from any thread.
  var waker: @Sendable () -> Void { get }
}
