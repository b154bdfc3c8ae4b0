// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Where a node listens: a host and the first of its ports, which follow each other.
struct NodeAddress: Sendable, Hashable, CustomStringConvertible {
  static let usualPort = 61_000
  /// The ports in the order in which a controller binds them: those for engines, of which the first is for all, then the clients'.
  static let engineChannels = [
    "registration", "control", "mux", "task", "iopub", "hb_ping", "hb_pong", "broadcast",
  ]
  static let clientChannels = ["control", "mux", "task", "iopub", "notification", "broadcast"]
  static let portCount = engineChannels.count + clientChannels.count

  let host: String
  let port: Int

  /// Reads `HOST` or `HOST:PORT`.
  ///
  /// - Throws: ``ClusterError`` if it is neither.
  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let port = parts.count == 2 ? Int(parts[1]) : Self.usualPort
    guard let host = parts.first, !host.isEmpty, parts.count <= 2, let port,
      (1...65_536 - Self.portCount).contains(port)
    else {
      throw ClusterError(
        .invalidNode,
        "A node is named HOST or HOST:PORT, with a port up to \(65_536 - Self.portCount), not '\(text)'."
      )
    }
    (self.host, self.port) = (String(host), port)
  }

  init(host: String, port: Int) { (self.host, self.port) = (host, port) }

  /// All ports of a node.
  var ports: [Int] { Array(port..<port + Self.portCount) }

  /// What a client needs to connect.
  func connectionFile(_ keys: NodeKeys) -> ConnectionFile {
    var ports = ["registration": port]
    for (place, channel) in Self.clientChannels.enumerated() {
      ports[channel] = port + Self.engineChannels.count + place
    }
    var file = ConnectionFile(
      side: .client, interface: "tcp://\(host)", ports: ports, key: keys.signing, location: host)
    file.curveServerKey = keys.curve.publicKey
    return file
  }

  var description: String { "\(host):\(port)" }
}
