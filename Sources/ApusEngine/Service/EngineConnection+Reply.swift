// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

extension EngineConnection {
  /// Sends a reply by the socket through which its request has come.
  ///
  /// - Parameter identities: the frames that lead back to the client.
  func reply(
    _ message: WireMessage, over route: EngineRequest.Route, to identities: [[UInt8]]
  ) {
    let (role, place): (Role, Int) =
      switch route {
      case .direct: (.work, 0)
      case .balanced: (.work, 1)
      case .broadcast: (.work, 2)
      case .control: (.control, 0)
      }
    let sockets = sockets(role)
    guard sockets.indices.contains(place) else { return }
    _ = sockets[place].send(message.frames(identities: identities, signer: signer))
  }
}
