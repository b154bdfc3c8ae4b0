// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// Messages that travel in memory: tests put them in and take out what was sent.
final class MemoryTransport: ControllerTransport {
  /// The connection through which a message came, where a test gives one.
  struct Incoming {
    let parcel: Parcel
    var connection: Int32 = -1
  }

  let connectionFiles: (client: ConnectionFile, engine: ConnectionFile)
  private var incoming: [Channel: [Incoming]] = [:]
  private var ended: [Channel: [Int32]] = [:]
  private var lastConnection: Int32 = -1
  /// All frames of each message that was sent, in order.
  private(set) var sent: [(channel: Channel, frames: [[UInt8]])] = []
  /// The engines whose work connections are open.
  var reachable: Set<EngineID> = []

  init() {
    func file(_ side: ConnectionFile.Side) -> ConnectionFile {
      ConnectionFile(side: side, interface: "tcp://127.0.0.1", ports: [:], key: "", location: "")
    }
    connectionFiles = (file(.client), file(.engine))
  }

  func put(_ frames: [[UInt8]], on channel: Channel, connection: Int32 = -1) {
    incoming[channel, default: []].append(
      Incoming(parcel: Parcel(frames), connection: connection))
  }

  func end(_ connection: Int32, on channel: Channel) {
    ended[channel, default: []].append(connection)
  }

  /// Removes and returns what was sent on a channel.
  func take(_ channel: Channel) -> [[[UInt8]]] {
    let taken = sent.filter { $0.channel == channel }.map(\.frames)
    sent.removeAll { $0.channel == channel }
    return taken
  }

  // MARK: ControllerTransport

  var openFiles: (limit: Int, free: Int) = (1024, 1000)
  private(set) var returnedMemory = 0
  func noticeDepartures() {}
  func returnMemory() { returnedMemory += 1 }
  var waker: @Sendable () -> Void { {} }
  /// Whether nothing comes in.
  var isIdle = false
  func wait(milliseconds: Int) -> Bool { !isIdle }
  func isReady(_ channel: Channel) -> Bool { !(incoming[channel] ?? []).isEmpty }

  func receive(_ channel: Channel, into parcel: Parcel) -> Bool {
    guard let first = incoming[channel]?.first else { return false }
    incoming[channel]?.removeFirst()
    for index in 0..<first.parcel.count { parcel.append(first.parcel, index) }
    lastConnection = first.connection
    return true
  }

  func connection(of parcel: Parcel, on channel: Channel) -> Int32 { lastConnection }
  func peerAddress(of parcel: Parcel) -> String? { "127.0.0.1" }
  /// Whether ends are announced before messages are read; if not, they come between the two.
  var mayHaveEndedConnections = true

  func nextEndedConnection(_ channel: Channel) -> Int32? {
    guard let first = ended[channel]?.first else { return nil }
    ended[channel]?.removeFirst()
    return first
  }

  /// Connections that are said to have been refused.
  var refused = 0

  func takeRefusals() -> Int {
    defer { refused = 0 }
    return refused
  }

  func send(_ parcel: Parcel, on channel: Channel) { sent.append((channel, parcel.allBytes)) }

  func sendReply(_ parcel: Parcel, on channel: Channel) {
    let frames = parcel.allBytes
    sent.append((channel, [frames[1], frames[0]] + frames[2...]))
  }

  func send(_ parcel: Parcel, to engine: EngineID, on channel: Channel) -> Bool {
    guard reachable.contains(engine) else { return false }
    sent.append((channel, [Array(engine.uuid.utf8)] + parcel.allBytes))
    return true
  }

  func removeFiles() {}
}

/// A clock that a test sets.
final class ManualClock: TimeSource {
  var now = Instant()
  var date: WireDate { WireDate(microseconds: 1_700_000_000_000_000 + now.nanoseconds / 1000) }

  func advance(by duration: Duration) { now = now + duration }
}
