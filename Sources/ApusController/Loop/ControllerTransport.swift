// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// How a controller's messages travel: through libzmq's sockets, or in memory for tests.
///
/// It is used on the loop's thread only, except for ``waker``.
package protocol ControllerTransport: AnyObject {
  /// What clients and engines need to know to connect.
  var connectionFiles: (client: ConnectionFile, engine: ConnectionFile) { get }

  /// Ends a ``wait(milliseconds:)``; may be called from any thread.
  var waker: @Sendable () -> Void { get }

  /// Waits until something has come in, the waker was called, or the time is up.
  ///
  /// - Returns: false if nothing has come in.
  func wait(milliseconds: Int) -> Bool

  /// Whether a channel may have messages since the last wait.
  func isReady(_ channel: Channel) -> Bool

  /// Receives a message if there is one.
  func receive(_ channel: Channel, into parcel: Parcel) -> Bool

  /// The connection through which a message came; -1 if unknown.
  func connection(of parcel: Parcel, on channel: Channel) -> Int32

  /// The address that a message came from, if known.
  func peerAddress(of parcel: Parcel) -> String?

  /// Whether connections of engines may have ended since the last wait.
  var mayHaveEndedConnections: Bool { get }

  /// The next connection of a channel that has ended, or nil if there is none.
  func nextEndedConnection(_ channel: Channel) -> Int32?

  /// The number of connections that were refused since the last call, because the peer has not the cluster's key.
  func takeRefusals() -> Int

  /// Sends all frames of a parcel, which keeps them.
  func send(_ parcel: Parcel, on channel: Channel)

  /// Sends `[engine, client, …]` as `[client, engine, …]`.
  func sendReply(_ parcel: Parcel, on channel: Channel)

  /// Sends a parcel to an engine.
  ///
  /// - Returns: false if the engine cannot be reached at the moment.
  func send(_ parcel: Parcel, to engine: EngineID, on channel: Channel) -> Bool

  /// The limit of open files and connections, and how many more can be opened.
  var openFiles: (limit: Int, free: Int) { get }

  /// Frees what waited for peers that are gone, on channels that only send.
  func noticeDepartures()

  /// Gives memory that is free back to the system.
  func returnMemory()

  /// Removes what the transport left in the file system.
  func removeFiles()
}
