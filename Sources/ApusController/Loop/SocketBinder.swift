// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Binds sockets to the ports of the pools, in the order in which IPython Parallel uses them up, or to free
/// ones, and keeps them for the connection files.
struct SocketBinder {
  private let settings: ControllerSettings
  private let known: (client: ConnectionFile, engine: ConnectionFile)?
  private var pools: [ConnectionFile.Side: ArraySlice<Int>]
  private var common: ArraySlice<Int>
  private var ports: [ConnectionFile.Side: [String: Int]] = [.client: [:], .engine: [:]]
  private var nextPath = 1

  init(
    _ settings: ControllerSettings,
    known: (client: ConnectionFile, engine: ConnectionFile)?
  ) {
    self.settings = settings
    self.known = known
    pools = [.engine: settings.enginePorts[...], .client: settings.clientPorts[...]]
    common = settings.ports[...]
  }

  private func interface(_ side: ConnectionFile.Side) -> String {
    if let known { return side == .client ? known.client.interface : known.engine.interface }
    return side == .client
      ? "\(settings.clientTransport)://\(settings.clientIP)"
      : "\(settings.engineTransport)://\(settings.engineIP)"
  }

  /// A port of the pools, or nil if they are used up.
  private mutating func pooled(_ side: ConnectionFile.Side) -> Int? {
    pools[side]?.popFirst() ?? common.popFirst()
  }

  private func earlier(_ side: ConnectionFile.Side, _ channel: String) -> Int? {
    guard let known else { return nil }
    if side == .engine && channel == "broadcast" { return known.engine.broadcastPorts.first }
    return (side == .client ? known.client : known.engine).ports[channel]
  }

  /// Binds a socket for one side and keeps its port.
  mutating func bind(
    _ socket: Socket, _ side: ConnectionFile.Side, _ channel: String
  ) throws(TransportError) {
    let port = try bind(socket, interface(side), earlier(side, channel) ?? pooled(side))
    ports[side]?[channel] = port
  }

  /// Binds the socket that both sides use, twice if they listen at different addresses.
  mutating func bindRegistration(_ socket: Socket) throws(TransportError) {
    let port = try bind(
      socket, interface(.engine), earlier(.engine, "registration") ?? pooled(.engine))
    if interface(.client) != interface(.engine) {
      _ = try bind(socket, interface(.client), port)
    }
    ports[.client]?["registration"] = port
    ports[.engine]?["registration"] = port
  }

  private mutating func bind(
    _ socket: Socket, _ interface: String, _ port: Int?
  ) throws(TransportError) -> Int {
    if interface.hasPrefix("ipc://") {
      defer { nextPath += 1 }
      let number = port ?? nextPath
      // ipengine and ipyparallel.Client put a colon before the number, ipcontroller a dash, so that it is never found.
      try socket.bind("\(interface):\(number)")
      return number
    }
    try socket.bind("\(interface):\(port.map(String.init) ?? "*")")
    guard let bound = socket.port else {
      throw TransportError(.system, "cannot ask for the port of \(socket.name): none is bound")
    }
    return bound
  }

  func file(_ side: ConnectionFile.Side, key: String, location: String) -> ConnectionFile {
    var file = ConnectionFile(
      side: side, interface: interface(side), ports: ports[side] ?? [:], key: key,
      location: location)
    file.ssh = side == .client ? settings.ssh : settings.engineSSH
    file.curveServerKey = settings.curve?.publicKey
    file.signatureScheme = settings.signatureScheme
    file.taskScheme = settings.scheme.rawValue
    if side == .engine {
      file.broadcastPorts = [file.ports.removeValue(forKey: "broadcast") ?? 0]
      if file.listensEverywhere { file.addresses = LocalAddresses.all }
    }
    return file
  }
}
