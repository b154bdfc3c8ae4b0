// Part of Apus, Apache-2.0. See LICENSE.
package import ApusCluster
package import ApusTransport
package import ApusWire

/// A client for tests and measurements.
package typealias SimulatedClient = ClientConnection

extension ClientConnection {
  package convenience init(_ file: ConnectionFile, in context: TransportContext) throws {
    try self.init(file, channels: ClientSockets(file, in: context))
  }

  /// The sockets of a client that was made with a context.
  package var sockets: ClientSockets {
    guard let sockets = channels as? ClientSockets else {
      preconditionFailure("a client of tests has sockets")
    }
    return sockets
  }

  /// Submits a task for any engine, with the metadata that a Python client sends.
  package func submit(
    _ members: [String: JSONValue] = [:], buffers: [[UInt8]] = [[0x80, 4, 0x4E, 0x2E]],
    id: MessageID? = nil
  ) throws -> MessageID {
    var metadata: [String: JSONValue] = [
      "after": [], "follow": [], "timeout": .number(0), "targets": [], "retries": 0, "label": .null,
    ]
    metadata.merge(members) { $1 }
    return try send(
      "apply_request", metadata: JSONText(.object(metadata)), buffers: buffers, id: id, on: "task")
  }
}
