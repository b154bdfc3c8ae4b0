// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Everything that a controller is told before it starts.
package struct ControllerConfiguration: Sendable {
  /// Where records of finished tasks are kept.
  package enum Store: String, Sendable, Hashable { case memory, sqlite, none }

  /// The profile's folder; its folders `security` and `log` are used.
  package var profileDirectory = "."
  package var clusterID = ""
  package var engineFile: String?
  package var clientFile: String?

  /// `tcp` or `ipc`, and the address to listen at, for engines and for clients.
  package var engineTransport = "tcp"
  package var engineIP = "127.0.0.1"
  package var clientTransport = "tcp"
  package var clientIP = "127.0.0.1"
  /// Ports to use, in this order, for engines, for clients, and for both when those are used up.
  package var enginePorts: [Int] = []
  package var clientPorts: [Int] = []
  package var ports: [Int] = []
  /// The host that engines and clients elsewhere find this one by; by default its name.
  package var location: String?
  /// The ssh servers that clients and engines go through.
  package var ssh = ""
  package var engineSSH = ""

  /// The time between pings.
  package var heartbeatPeriod = Duration.milliseconds(3000)
  /// Pings in a row that an engine may leave unanswered.
  package var allowedMisses = 10
  /// How long an engine may take to join; by default 30 s or ten pings.
  package var registrationTimeout: Duration?
  package var scheme = TaskScheme.leastload
  /// The most tasks at an engine; 0 for any number.
  package var highWaterMark = 1

  package var store = Store.memory
  /// The most finished tasks whose records are kept in memory.
  package var recordLimit = 1024
  /// The most bytes of records that are kept in memory.
  package var byteLimit = 256 << 20
  /// The database's file, in the profile's folder unless it is a path.
  package var databaseFile = "tasks.db"

  /// Whether connection files stay for the next controller, which takes ports and key from them.
  package var reusesFiles = false
  /// Whether engines of an earlier controller are taken over.
  package var restoresEngines = false
  /// The key of signatures; nil for a random one, empty for none.
  package var key: String?
  package var signatureScheme = MessageSigner.usualScheme
  /// Encrypts all connections with these keys.
  package var curve: CurveKeys?
  /// Whether the keys were made for this start and not given.
  package var hasFreshCurve = false
  package var username = ""

  package init() {}

  package var securityDirectory: String { profileDirectory + "/security" }
  package var logDirectory: String { profileDirectory + "/log" }

  package func path(_ side: ConnectionFile.Side) -> String {
    let name = side == .client ? clientFile : engineFile
    let given = name ?? ConnectionFile.name(side, clusterID: clusterID)
    return given.hasPrefix("/") ? given : securityDirectory + "/" + given
  }

  package var stateFile: String {
    logDirectory + "/" + EngineState.fileName(clusterID: clusterID)
  }

  /// The time that an engine may take to join.
  package var registrationPatience: Duration {
    registrationTimeout ?? max(.seconds(30), heartbeatPeriod * 10)
  }
}
