// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
import ApusWire

/// The settings of a controller.
package struct ControllerSettings: Sendable {
  /// The folder of its files.
  package var profile = Profile()

  /// The transport, `tcp` or `ipc`, and the address to listen on, for engines and for clients.
  package var engineTransport = "tcp"
  package var engineIP = "127.0.0.1"
  package var clientTransport = "tcp"
  package var clientIP = "127.0.0.1"
  /// Ports to use, in this order, for engines, for clients, and for both when those are used up.
  package var enginePorts: [Int] = []
  package var clientPorts: [Int] = []
  package var ports: [Int] = []
  /// How many ports engines and clients need; that of the registration counts for engines.
  package static let (enginePortCount, clientPortCount) = (8, 6)
  /// The host under which engines and clients on other machines reach this one; by default its host name.
  package var location: String?
  /// The ssh servers that clients and engines go through.
  package var ssh = ""
  package var engineSSH = ""

  /// The time between pings.
  package var heartbeatPeriod = Duration.milliseconds(3000)
  /// The number of consecutive pings that an engine may leave unanswered.
  package var allowedMisses = 10
  /// The timeout for an engine to join; by default 30 s or ten heartbeat periods, whichever is longer.
  package var registrationTimeout: Duration?
  package var scheme = TaskScheme.leastload
  /// The most unfinished tasks at one engine; 0 for no limit.
  package var highWaterMark = 1

  package var store = RecordStore.memory
  /// The most finished tasks whose records are kept in memory.
  package var recordLimit = 1024
  /// The most bytes of records that are kept in memory.
  package var byteLimit = 256 << 20
  /// The database file, in the profile's folder unless the path is absolute.
  package var databaseFile = "tasks.db"

  /// Whether connection files are kept for the next controller, which takes ports and key from them.
  package var reusesFiles = false
  /// Whether to take over the engines of an earlier controller.
  package var restoresEngines = false
  /// Whether tasks and results are written to a journal, from which the next controller goes on.
  package var keepsJournal = false
  /// Whether each write to the journal waits for the disk, so that it survives a loss of power too.
  package var syncsJournal = false
  /// How long engines and clients wait for a controller that is silent; nil for their own limits.
  package var reconnectLimit: Duration?
  /// That limit of a controller with a journal.
  package static let defaultReconnectLimit = Duration.seconds(600)
  /// The signature key; nil for a random one, empty for no signatures.
  package var key: String?
  package var signatureScheme = MessageSigner.defaultScheme
  /// The keys with which all connections are encrypted; nil for no encryption.
  package var curve: CurveKeys?
  /// Whether the keys were generated for this start rather than given.
  package var hasFreshCurve = false
  package var username = ""

  package init() {}

  /// The file in which the engines are kept for the next controller.
  package var stateFile: String {
    profile.logDirectory + "/" + EngineState.fileName(clusterID: profile.clusterID)
  }

  /// The folder of the journal.
  package var journalFolder: String {
    let id = profile.clusterID
    return profile.directory + "/journal" + (id.isEmpty ? "" : "-" + id)
  }

  /// Takes over what clients and engines of an earlier controller already know.
  mutating func adopt(_ known: (client: ConnectionFile, engine: ConnectionFile)) {
    key = known.client.key
    signatureScheme = known.client.signatureScheme
    if ssh.isEmpty { ssh = known.client.ssh }
    if engineSSH.isEmpty { engineSSH = known.engine.ssh }
  }

  /// How long an engine may take to join.
  package var effectiveRegistrationTimeout: Duration {
    registrationTimeout ?? max(.seconds(30), heartbeatPeriod * 10)
  }
}
