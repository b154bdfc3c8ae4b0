// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// A client, as its life knows it.
///
/// One of Swift runs the code that ships, on a thread of its own. One of Python is played: it notices nothing, and its user asks
/// for results that do not come.
struct ClientPlayer {
  enum Kind {
    case python
    /// Of Swift: requests to any engine or to one, and maps.
    case views, maps
  }

  let number: Int
  let kind: Kind
  var maker: MessageMaker
  /// How often it has connected: each time the controller knows it by another name.
  var connections = 0 { didSet { name = Array("c\(number)-\(connections)".utf8) } }
  private(set) var name: [UInt8] = []
  /// Whether its connections are open.
  var isConnected = true
  /// What it has sent while there was no connection.
  var unsent: [(channel: Channel, frames: [[UInt8]])] = []
  var pending: [MessageID: Pending] = [:]
  /// How many tasks it will submit again.
  var postponed = 0

  // Of Python.

  /// What it has asked for, by the identifier of the question.
  var asked: [MessageID: MessageID] = [:]
  /// Results that it has asked for; their answers may still come.
  var fetched: Set<MessageID> = []

  // Of Swift.

  var views: ViewProcess?
  var map: MapProcess?
  /// The tasks of the map that have no answer.
  var open: Set<Int> = []
  var mapBegan = Instant()
  /// The number of its processes so far.
  var incarnation = 0

  struct Pending {
    let number: Int
    let retries: Int
    /// The engine that it was sent to; nil if the controller chooses one.
    var engine: EngineID?
    /// Those that may run it; empty for any.
    var targets: Set<EngineID>
    let sentAt: Instant
    var askedAt: Instant
  }

  init(number: Int, kind: Kind) {
    (self.number, self.kind) = (number, kind)
    maker = MessageMaker(session: "client-\(number)", process: 1, username: "sim")
  }

  /// Becomes a client that has done nothing yet, under another name.
  ///
  /// - Returns: what the one before had not finished.
  mutating func restart(isConnected: Bool) -> (pending: [MessageID: Pending], open: Set<Int>) {
    let unfinished = (pending, open)
    incarnation += 1
    connections += 1
    maker = MessageMaker(session: "client-\(number)-\(incarnation)", process: 1, username: "sim")
    self.isConnected = isConnected
    (pending, open, asked, fetched, unsent) = ([:], [], [:], [], [])
    (views, map) = (nil, nil)
    return unfinished
  }

  /// The process that it runs now, if it is one of Swift.
  var process: SimulatedProcess<String>? { views?.process ?? map?.process }
}
