// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// The controller's end of the network, for one run of the controller: what has arrived, and what goes out.
///
/// The life that it belongs to says how long messages travel.
final class SimulatedNetwork: ControllerTransport {
  private struct Incoming {
    let frames: [[UInt8]]
    let connection: Int32
  }

  let connectionFiles: (client: ConnectionFile, engine: ConnectionFile)
  private var incoming: [Channel: Queue<Incoming>] = [:]
  private var ended: [Channel: [Int32]] = [:]
  private var lastConnection: Int32 = -1
  /// What the controller has sent in its turn, and whether the journal lacked something then.
  private(set) var sent: [(channel: Channel, frames: [[UInt8]], isUnjournalled: Bool)] = []
  /// The engines whose connections are open.
  var reachable: Set<EngineID> = []
  /// Whether the journal lacks something now.
  var lacksSomething: () -> Bool = { false }
  /// After how many messages the controller is killed; nil for never.
  var killsAfter: Int?
  private(set) var isDead = false
  /// Whether the process could go on; it is also killed while it writes to its disk.
  var isAlive: () -> Bool = { true }

  init() {
    func file(_ side: ConnectionFile.Side) -> ConnectionFile {
      ConnectionFile(side: side, interface: "tcp://127.0.0.1", ports: [:], key: "", location: "")
    }
    connectionFiles = (file(.client), file(.engine))
  }

  func arrive(_ frames: [[UInt8]], on channel: Channel, connection: Int32) {
    incoming[channel, default: Queue()].append(Incoming(frames: frames, connection: connection))
  }

  func end(_ connection: Int32, on channel: Channel) {
    ended[channel, default: []].append(connection)
  }

  /// Nothing that the controller does reaches anybody any more.
  func kill() { isDead = true }

  /// - Returns: whether the message goes out.
  private func passes() -> Bool {
    if let left = killsAfter {
      killsAfter = left - 1
      if left <= 0 { isDead = true }
    }
    return !isDead && isAlive()
  }

  // MARK: ControllerTransport

  var openFiles: (limit: Int, free: Int) { (1024, 1000) }
  func noticeDepartures() {}
  func returnMemory() {}
  func removeFiles() {}
  var waker: @Sendable () -> Void { {} }
  func wait(milliseconds: Int) -> Bool { true }
  func isReady(_ channel: Channel) -> Bool { !(incoming[channel]?.isEmpty ?? true) }

  func receive(_ channel: Channel, into parcel: Parcel) -> Bool {
    guard let first = incoming[channel]?.popFirst() else { return false }
    for frame in first.frames { parcel.append(frame) }
    lastConnection = first.connection
    return true
  }

  func connection(of parcel: Parcel, on channel: Channel) -> Int32 { lastConnection }
  func peerAddress(of parcel: Parcel) -> String? { "127.0.0.1" }
  var mayHaveEndedConnections: Bool { true }

  func nextEndedConnection(_ channel: Channel) -> Int32? {
    guard let first = ended[channel]?.first else { return nil }
    ended[channel]?.removeFirst()
    return first
  }

  func takeRefusals() -> Int { 0 }

  func send(_ parcel: Parcel, on channel: Channel) {
    if passes() { sent.append((channel, parcel.allBytes, lacksSomething())) }
  }

  func sendReply(_ parcel: Parcel, on channel: Channel) {
    guard passes() else { return }
    let frames = parcel.allBytes
    sent.append((channel, [frames[1], frames[0]] + frames[2...], lacksSomething()))
  }

  func send(_ parcel: Parcel, to engine: EngineID, on channel: Channel) -> Bool {
    guard passes() else { return true }
    guard reachable.contains(engine) else { return false }
    sent.append((channel, [Array(engine.uuid.utf8)] + parcel.allBytes, lacksSomething()))
    return true
  }

  /// Removes and returns what was sent.
  func takeSent() -> [(channel: Channel, frames: [[UInt8]], isUnjournalled: Bool)] {
    defer { sent.removeAll(keepingCapacity: true) }
    return sent
  }
}
