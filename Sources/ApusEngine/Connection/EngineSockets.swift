// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The sockets of an engine, and the descriptors whose input alone tells it something.
package final class EngineSockets: EngineChannels {
  private let dialer: SocketDialer
  private var sockets: [EnginePort: Socket] = [:]
  private var watch: SocketWatch?
  private var sources: [(input: EngineInput, socket: Socket?)] = []
  private let parcel = Parcel()
  /// The messages of a socket that are read before those of the next.
  private static let most = 64

  /// - Parameter dialer: opens its sockets; engines of a process may share one.
  package init(_ dialer: SocketDialer) { self.dialer = dialer }

  /// Makes the sockets of a process that is an engine, which can wait for all of them.
  ///
  /// - Throws: ``TransportError``.
  convenience init(
    _ file: ConnectionFile, lifelines: [Int32], warnings: WakePipe?
  ) throws(TransportError) {
    self.init(try SocketDialer(file, in: TransportContext()))
    let watch = try SocketWatch()
    self.watch = watch
    for lifeline in lifelines {
      _ = try watch.add(descriptor: lifeline)
      sources.append((.lifeline, nil))
    }
    if let warnings {
      _ = try watch.add(descriptor: warnings.reader)
      sources.append((.warning, nil))
    }
  }

  /// The open socket of a channel; nil before it was opened.
  package func socket(_ channel: EnginePort) -> Socket? { sockets[channel] }

  // MARK: Opening and closing

  package func openRegistration(of id: EngineID) throws(TransportError) {
    try open(.registration, .dealer, "registration", port("registration"), id)
  }

  package func open(for id: EngineID, number: Int) throws(TransportError) {
    let broadcast = dialer.file.broadcastPorts
    try open(.direct, .dealer, "shell", port("mux"), id)
    try open(.balanced, .dealer, "shell", port("task"), id)
    try open(.broadcast, .dealer, "shell", broadcast[number % broadcast.count], id)
    try open(.control, .dealer, "control", port("control"), id)
    try open(.output, .publish, "iopub", port("iopub"), id)
    try open(.pong, .dealer, "hb_pong", port("hb_pong"), id)
    // Engines of one process share one socket for pings, which is not this one's.
    if watch != nil { try open(.ping, .subscribe, "hb_ping", port("hb_ping"), nil) }
  }

  private func port(_ channel: String) -> Int { dialer.file.ports[channel] ?? 0 }

  private func open(
    _ channel: EnginePort, _ kind: Socket.Kind, _ name: String, _ port: Int, _ id: EngineID?
  ) throws(TransportError) {
    let socket = try dialer.open(kind, name, identity: id?.uuid)
    try dialer.connect(socket, port: port)
    sockets[channel] = socket
    guard let watch, kind != .publish, channel != .pong else { return }
    _ = try watch.add(socket)
    sources.append((.message(channel), socket))
  }

  package func linger(on channel: EnginePort) {
    try? sockets[channel]?.set(linger: .seconds(1))
  }

  /// Closes the socket of a channel.
  package func close(_ channel: EnginePort) { sockets[channel] = nil }

  /// Closes all sockets, as the end of the process would.
  package func close() { sockets = [:] }

  // MARK: Messages

  package func send(_ frames: [[UInt8]], on channel: EnginePort) {
    _ = sockets[channel]?.send(frames)
  }

  package func send(_ parcel: Parcel, on channel: EnginePort) {
    _ = sockets[channel]?.send(parcel)
  }

  package var descriptor: Int32? { watch?.pollDescriptor }

  package func wait(milliseconds: Int) -> Bool { watch?.wait(milliseconds: milliseconds) ?? false }

  package func read(_ body: (EngineInput, Parcel) -> Void) {
    for index in sources.indices where watch?.isReady(index) ?? false {
      let (input, socket) = sources[index]
      guard let socket else {
        body(input, parcel)
        continue
      }
      for _ in 0..<Self.most {
        guard socket.receive(into: parcel) else { break }
        body(input, parcel)
      }
    }
  }
}
