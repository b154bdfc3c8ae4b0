// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
package import ApusTransport
package import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A controller's sockets, opened and bound, and what its connection files say of them.
package final class SocketTransport: ControllerTransport {
  /// The most bytes of a frame sent to the registration socket.
  package static let longestQueryFrame = 64 << 20
  /// The most bytes of a frame of an answer to a ping.
  package static let longestPong = 4096
  /// How long a subscriber may read nothing before it is disconnected.
  package static let subscriberTimeout = Duration.seconds(30)
  /// The most bytes of a frame of a request or a reply.
  package static let longestFrame = 16 << 30

  package let connectionFiles: (client: ConnectionFile, engine: ConnectionFile)
  private let context: TransportContext
  /// By the raw values of the channels.
  private let sockets: [Socket]
  /// The positions of the channels in the watch, by their raw values; -1 for those that only send.
  private let positions: [Int]
  private let pongMonitor: SocketMonitor
  private let outputMonitor: SocketMonitor
  private let refusals: SocketMonitor?
  private let wake: WakePipe
  private let wakePosition: Int
  private let monitorPositions: [Int]
  private let watch: SocketWatch
  private var outputLimit = OutputQueueLimit()

  /// Opens and binds all sockets.
  ///
  /// - Parameters:
  ///   - key: the signature key, for the connection files.
  ///   - location: the host that others find this machine by.
  ///   - known: the files of an earlier controller whose ports are used again.
  /// - Throws: ``TransportError`` with the address or option that cannot be used.
  package init(
    _ settings: ControllerSettings, key: String, location: String,
    known: (client: ConnectionFile, engine: ConnectionFile)?
  ) throws(TransportError) {
    context = try TransportContext()
    wake = try WakePipe()
    var opener = SocketOpener(settings, known: known, context)
    (pongMonitor, outputMonitor) = try opener.openAll()
    refusals = opener.refusals
    let opened = opener.sockets
    sockets = Channel.allCases.compactMap { opened[$0] }
    precondition(sockets.count == Channel.allCases.count, "each channel has a socket")
    connectionFiles = (
      opener.binder.file(.client, key: key, location: location),
      opener.binder.file(.engine, key: key, location: location)
    )
    let watch = try SocketWatch()
    wakePosition = try watch.add(descriptor: wake.reader)
    monitorPositions = [try watch.add(pongMonitor.events), try watch.add(outputMonitor.events)]
    var positions = [Int](repeating: -1, count: sockets.count)
    for channel in Controller<SocketTransport, MonotonicClock>.readOrder {
      positions[channel.rawValue] = try watch.add(sockets[channel.rawValue])
    }
    self.positions = positions
    self.watch = watch
  }

  private func socket(_ channel: Channel) -> Socket { sockets[channel.rawValue] }

  package var waker: @Sendable () -> Void {
    let wake = wake
    return { wake.wake() }
  }

  package func wait(milliseconds: Int) -> Bool {
    let isReady = watch.wait(milliseconds: milliseconds)
    if isReady && watch.isReady(wakePosition) { wake.clear() }
    return isReady
  }

  package func isReady(_ channel: Channel) -> Bool {
    let position = positions[channel.rawValue]
    return position >= 0 && watch.isReady(position)
  }

  package func receive(_ channel: Channel, into parcel: Parcel) -> Bool {
    socket(channel).receive(into: parcel)
  }

  package func connection(of parcel: Parcel, on channel: Channel) -> Int32 {
    channel == .outputEngines ? parcel.frameDescriptor(0) : parcel.descriptor
  }

  package func peerAddress(of parcel: Parcel) -> String? { parcel.peerAddress }

  package var mayHaveEndedConnections: Bool {
    monitorPositions.contains { watch.isReady($0) }
  }

  package func nextEndedConnection(_ channel: Channel) -> Int32? {
    (channel == .pong ? pongMonitor : outputMonitor).nextDisconnection()
  }

  package func takeRefusals() -> Int { refusals?.takeRefusals() ?? 0 }

  package func send(_ parcel: Parcel, on channel: Channel) {
    if channel == .outputClients { limitQueue(parcel.byteCount()) }
    _ = socket(channel).send(parcel)
  }

  /// Limits what subscribers that do not read can hold, before a message of this size is sent.
  private func limitQueue(_ bytes: Int) {
    if let limit = outputLimit.note(bytes: bytes) {
      // libzmq refuses only negative limits.
      try? socket(.outputClients).set(longestQueue: limit)
    }
  }

  package func sendReply(_ parcel: Parcel, on channel: Channel) {
    let socket = socket(channel)
    guard socket.send(parcel, 1, more: true) == .sent else { return }
    guard socket.send(parcel, 0, more: true) == .sent else { return }
    _ = socket.send(parcel, from: 2)
  }

  package func send(_ parcel: Parcel, to engine: EngineID, on channel: Channel) -> Bool {
    let socket = socket(channel)
    guard socket.send(engine.uuid, more: true) == .sent else { return false }
    _ = socket.send(parcel)
    return true
  }

  package var openFiles: (limit: Int, free: Int) { ProcessLimits.openFiles }

  package func noticeDepartures() {
    for channel in [Channel.outputClients, .notification, .ping] {
      socket(channel).noticeDepartures()
    }
  }

  package func returnMemory() { TransportContext.returnMemory() }

  /// Removes the sockets of the file system that were bound; libzmq leaves them there.
  package func removeFiles() {
    for file in [connectionFiles.client, connectionFiles.engine]
    where file.interface.hasPrefix("ipc://") {
      for port in Array(file.ports.values) + file.broadcastPorts {
        let address = file.address(port: port) { _ in true }
        try? FileManager.default.removeItem(atPath: String(address.dropFirst(6)))
      }
    }
  }
}
