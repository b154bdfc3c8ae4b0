// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Where messages and news come to an engine: sockets, and descriptors whose input alone says something.
final class EngineInputs {
  enum Source {
    case registration, ping
    /// The program, or the user, that started the engine wants it to end.
    case lifeline
    /// The engine is to begin nothing more.
    case warning
    case requests(EngineRequest.Route)
  }

  private let watch: SocketWatch
  private var sources: [(source: Source, socket: Socket?)] = []
  private let parcel = Parcel()
  /// The messages of a socket that are read before those of the next.
  private static let most = 64

  /// - Throws: ``TransportError``.
  init() throws { watch = try SocketWatch() }

  /// A descriptor that has input when there is something to read.
  var descriptor: Int32? { watch.pollDescriptor }

  /// Listens to the sockets of an engine that has its number, to the controller's pings, and to what its settings name.
  func listen(
    to connection: EngineConnection, _ dialer: SocketDialer, _ settings: EngineSettings
  ) throws {
    for socket in connection.sockets(.registration) { try add(socket, .registration) }
    let routes: [EngineRequest.Route] = [.direct, .balanced, .broadcast]
    for (socket, route) in zip(connection.sockets(.work), routes) {
      try add(socket, .requests(route))
    }
    for socket in connection.sockets(.control) { try add(socket, .requests(.control)) }
    let ping = try dialer.open(.subscribe, "hb_ping")
    try dialer.connect(ping, to: "hb_ping")
    try add(ping, .ping)
    for lifeline in settings.lifelines { try add(descriptor: lifeline, .lifeline) }
    if let warnings = settings.warnings { try add(descriptor: warnings.reader, .warning) }
  }

  private func add(_ socket: Socket, _ source: Source) throws {
    _ = try watch.add(socket)
    sources.append((source, socket))
  }

  private func add(descriptor: Int32, _ source: Source) throws {
    _ = try watch.add(descriptor: descriptor)
    sources.append((source, nil))
  }

  /// Whether there is something to read, after waiting for it.
  func wait(milliseconds: Int) -> Bool { watch.wait(milliseconds: milliseconds) }

  /// Reads what is there.
  ///
  /// - Parameter body: gets each message with its socket; neither is there for a descriptor.
  func read(_ body: (Source, (Parcel, Socket)?) -> Void) {
    for index in sources.indices where watch.isReady(index) {
      let (source, socket) = sources[index]
      guard let socket else {
        body(source, nil)
        continue
      }
      for _ in 0..<Self.most {
        guard socket.receive(into: parcel) else { break }
        body(source, (parcel, socket))
      }
    }
  }
}
