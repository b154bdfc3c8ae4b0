// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// An engine, as its life knows it.
///
/// One of Swift runs the code that ships, on a thread of its own. One of Python is played: it runs one task after the other, and
/// passes over what it has seen.
struct EnginePlayer {
  let id: EngineID
  let name: [UInt8]
  /// Messages to an engine that has died since do not reach the next one.
  let incarnation: Int
  /// The code that ships; nil for an engine of Python.
  var swift: EngineProcess?
  /// When it got its number.
  var registeredAt: Instant?
  var isRegistered: Bool { registeredAt != nil }
  /// How often what was on its way to it was lost.
  var cuts = 0
  /// Whether its connections to the controller are open.
  var isConnected = false
  /// When they were opened last.
  var connectedAt = Instant()
  /// Until when it does nothing at all.
  var frozenUntil = Instant()
  /// Its connections for heartbeats and output.
  var heart: Int32 = -1
  var output: Int32 = -1
  /// What it has sent while it had no connection.
  var unsent: [(channel: Channel, frames: [[UInt8]])] = []

  // Of Python.

  var maker: MessageMaker
  /// What has come while it was frozen.
  var unread: [(channel: Channel, frames: [[UInt8]])] = []
  /// Requests that wait, in order: tasks and probes.
  var queue = Queue<(channel: Channel, frames: [[UInt8]])>()
  var isWorking = false
  /// Digests of the signatures of the requests that it has had.
  var seen: Set<UInt64> = []

  init(number: Int, incarnation: Int, isSwift: Bool) {
    id = EngineID((isSwift ? EngineID.swiftPrefix : "") + "engine-\(number)-\(incarnation)")
    name = Array(id.uuid.utf8)
    self.incarnation = incarnation
    maker = MessageMaker(session: id.uuid, process: 1000 + incarnation, username: "")
  }
}
