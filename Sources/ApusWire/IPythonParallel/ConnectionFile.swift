// Part of Apus, Apache-2.0. See LICENSE.

/// The addresses, ports and keys by which a client or an engine joins a cluster: the content of
/// `ipcontroller-client.json` or `ipcontroller-engine.json`.
package struct ConnectionFile: Sendable, Hashable {
  package enum Side: String, Sendable, Hashable, CaseIterable { case client, engine }

  package var side: Side
  /// The ssh server to go through; empty for none.
  package var ssh = ""
  /// `tcp://ADDRESS` or `ipc://PATH`.
  package var interface: String
  /// Ports by channel name.
  package var ports: [String: Int]
  /// The broadcast ports, in engine files only; an engine uses the one at its ID modulo their count.
  package var broadcastPorts: [Int] = []
  /// The load-balancing scheme for tasks, in client files only.
  package var taskScheme = "leastload"
  package var key: String
  package var curveServerKey: String?
  /// The host of the controller.
  package var location: String
  /// Other addresses of that host, of which engines of Apus take the first that answers; empty where it listens on one only.
  package var addresses: [String] = []
  /// The address that has answered here.
  package var chosenHost: String?
  package var signatureScheme = MessageSigner.defaultScheme

  package init(
    side: Side, interface: String, ports: [String: Int], key: String, location: String
  ) {
    self.side = side
    self.interface = interface
    self.ports = ports
    self.key = key
    self.location = location
  }

  /// The channels of one side, in the order in which IPython Parallel writes them; `broadcast` follows.
  package static func channels(_ side: Side) -> [String] {
    switch side {
    case .client: ["registration", "control", "mux", "task", "iopub", "notification"]
    case .engine: ["registration", "control", "mux", "task", "iopub", "hb_ping", "hb_pong"]
    }
  }

  /// `ipcontroller[-ID]-client.json` or `…-engine.json`.
  package static func name(_ side: Side, clusterID: String) -> String {
    "ipcontroller" + (clusterID.isEmpty ? "" : "-\(clusterID)") + "-\(side.rawValue).json"
  }
}

extension ConnectionFile {
  /// The JSON that clients and engines read, indented by two spaces as IPython Parallel writes it.
  package var text: String {
    var members: [(String, JSONText)] = [
      ("ssh", .string(ssh)), ("interface", .string(interface)),
    ]
    for channel in Self.channels(side) {
      if channel == "iopub" && side == .client {
        members.append(("task_scheme", .string(taskScheme)))
      }
      members.append((channel, .integer(ports[channel] ?? 0)))
    }
    members.append(
      (
        "broadcast",
        side == .client
          ? .integer(ports["broadcast"] ?? 0)
          : JSONText(array: broadcastPorts.map { .integer($0) })
      ))
    members += [
      ("key", .string(key)), ("curve_serverkey", curveServerKey.map { .string($0) } ?? .null),
      ("location", .string(location)), ("pack", .string("json")), ("unpack", .string("json")),
      ("signature_scheme", .string(signatureScheme)),
    ]
    if !addresses.isEmpty {
      members.append(("addresses", JSONText(array: addresses.map { .string($0) })))
    }
    let lines = members.map { "  \(JSONText.string($0.0)): \($0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }

  /// The object for a registration reply: the content of the file without its secrets.
  package var channelsObject: JSONText {
    var members: [(String, JSONText)] = [("interface", .string(interface))]
    for channel in Self.channels(side) { members.append((channel, .integer(ports[channel] ?? 0))) }
    members.append(("broadcast", JSONText(array: broadcastPorts.map { .integer($0) })))
    return JSONText(object: members)
  }

  /// Parses the content of a file.
  ///
  /// - Throws: `malformed` if it is not JSON; `unusable`, naming the entry, if one is missing or not
  ///   supported.
  package init(_ bytes: [UInt8], side: Side) throws(WireError) {
    let value = try JSONValue(bytes)
    func text(_ name: String) throws(WireError) -> String {
      guard let text = value[name]?.string else {
        throw WireError(.unusable, "the connection file has no string '\(name)'")
      }
      return text
    }
    var ports: [String: Int] = [:]
    for channel in Self.channels(side) + (side == .client ? ["broadcast"] : []) {
      guard let port = value[channel]?.integer, (1...65_535).contains(port) else {
        throw WireError(.unusable, "the connection file has no port '\(channel)'")
      }
      ports[channel] = port
    }
    self.init(
      side: side, interface: try text("interface"), ports: ports, key: try text("key"),
      location: try text("location"))
    ssh = value["ssh"]?.string ?? ""
    signatureScheme = try text("signature_scheme")
    curveServerKey = value["curve_serverkey"]?.string
    addresses = value["addresses"]?.strings ?? []
    if side == .client {
      taskScheme = try text("task_scheme")
    } else {
      broadcastPorts = value["broadcast"]?.array?.compactMap(\.integer) ?? []
      if broadcastPorts.isEmpty {
        throw WireError(.unusable, "the connection file has no list of ports 'broadcast'")
      }
    }
    for name in ["pack", "unpack"] {
      let packing = try text(name)
      guard packing == "json" || packing == "orjson" else {
        throw WireError(
          .unusable, "the connection file asks for '\(packing)'; only json is supported")
      }
    }
    guard interface.hasPrefix("tcp://") || interface.hasPrefix("ipc://") else {
      throw WireError(.unusable, "the connection file's interface '\(interface)' is unknown")
    }
  }

  /// The address of a port; `*` and `0.0.0.0` become this machine's loopback or the controller's host.
  ///
  /// - Parameter isHere: whether a host is this machine.
  package func address(port: Int, isHere: (String) -> Bool) -> String {
    if interface.hasPrefix("ipc://") { return "\(interface):\(port)" }
    if let chosenHost { return "tcp://\(chosenHost):\(port)" }
    return listensEverywhere
      ? "tcp://\(isHere(location) ? "127.0.0.1" : location):\(port)" : "\(interface):\(port)"
  }

  /// Whether the controller listens on all addresses of its host.
  package var listensEverywhere: Bool { interface == "tcp://*" || interface == "tcp://0.0.0.0" }

  /// The hosts through which the controller may be reached, the likeliest first.
  package func hosts(isHere: (String) -> Bool) -> [String] {
    guard listensEverywhere else {
      return interface.hasPrefix("tcp://") ? [String(interface.dropFirst(6))] : []
    }
    let known = (isHere(location) ? ["127.0.0.1"] : []) + [location] + addresses
    var hosts: [String] = []
    for host in known where !hosts.contains(host) { hosts.append(host) }
    return hosts
  }
}
