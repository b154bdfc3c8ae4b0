// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Opens sockets and connects them to a controller by its connection file, encrypted where the file says so.
///
/// Clients and engines both connect through it.
package struct SocketDialer {
  package let file: ConnectionFile
  private let context: TransportContext
  /// The keys of this side; nil where the controller does not encrypt.
  private let keys: CurveKeys?

  /// - Throws: ``TransportError`` `.system` if encryption is asked for and this libzmq has none.
  package init(_ file: ConnectionFile, in context: TransportContext) throws(TransportError) {
    self.file = file
    self.context = context
    keys = file.curveServerKey == nil ? nil : try CurveKeys.make()
  }

  /// Opens a socket that drops what is not sent when it closes.
  ///
  /// - Parameter identity: the name under which a router sees it; by default the router makes one up.
  package func open(
    _ kind: Socket.Kind, _ name: String, identity: String? = nil
  ) throws(TransportError) -> Socket {
    let socket = try Socket(kind, name: name, in: context)
    if let identity { try socket.set(identity: identity) }
    try socket.set(linger: .zero)
    return socket
  }

  /// Connects a socket to the port of a channel.
  package func connect(_ socket: Socket, to channel: String) throws(TransportError) {
    try connect(socket, port: file.ports[channel] ?? 0)
  }

  /// Connects a socket to a port of the controller.
  package func connect(_ socket: Socket, port: Int) throws(TransportError) {
    if let keys, let serverKey = file.curveServerKey {
      try socket.useCurve(serverKey: serverKey, keys)
    }
    try socket.connect(file.address(port: port) { $0 == LocalHost.name })
  }
}
