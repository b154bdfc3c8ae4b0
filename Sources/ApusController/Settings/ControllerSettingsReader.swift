// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Turns settings by class and trait into those of a controller.
package struct ControllerSettingsReader {
  package var settings = ControllerSettings()
  /// Warnings for the user about settings that have no effect here.
  package private(set) var warnings: [String] = []
  /// The log level in Python's numbers: 10 for debug, 20 info, 30 warning, 40 error, 50 critical.
  package private(set) var logLevel = 20
  package private(set) var logsToFile = false
  package private(set) var workDirectory: String?
  package private(set) var keyFile: String?

  private let traits: TraitSettings
  private var used: Set<String> = []

  /// - Parameters:
  ///   - traits: the merged settings of files, environment and command line.
  ///   - profileDirectory: the profile's folder.
  /// - Throws: ``ControllerSettingsError`` for a value that cannot be used.
  package init(
    _ traits: TraitSettings, profileDirectory: String
  ) throws(ControllerSettingsError) {
    self.traits = traits
    warnings = traits.complaints
    settings.profile.directory = profileDirectory
    try readProgram()
    try readAddresses()
    try readScheduling()
    try readRecords()
    try readSecurity()
    warnOfUnused()
  }

  // MARK: Values

  /// The first of these traits that is set.
  private mutating func value(_ names: [String]) -> (name: String, value: JSONValue)? {
    used.formUnion(names)
    for name in names {
      if let value = traits[name], !value.isNull { return (name, value) }
    }
    return nil
  }

  private mutating func text(_ names: String...) throws(ControllerSettingsError) -> String? {
    guard let (name, value) = value(names) else { return nil }
    switch value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    default: throw Self.wrong(name, value, "a string")
    }
  }

  private mutating func number(_ names: String...) throws(ControllerSettingsError) -> Int? {
    guard let (name, value) = value(names) else { return nil }
    if let number = value.integer { return number }
    if let text = value.string, let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) })
    {
      return number
    }
    throw Self.wrong(name, value, "a whole number")
  }

  /// A number of things, which cannot be negative.
  private mutating func count(_ name: String) throws(ControllerSettingsError) -> Int? {
    guard let number = try number(name) else { return nil }
    guard number >= 0 else { throw Self.wrong(name, .integer(number), "0 or more") }
    return number
  }

  private mutating func flag(_ names: String...) throws(ControllerSettingsError) -> Bool? {
    guard let (name, value) = value(names) else { return nil }
    if let flag = value.bool { return flag }
    if let text = value.string?.lowercased() {
      if ["true", "1", "yes"].contains(text) { return true }
      if ["false", "0", "no"].contains(text) { return false }
    }
    if let number = value.integer, number == 0 || number == 1 { return number == 1 }
    throw Self.wrong(name, value, "True or False")
  }

  /// Reads ports: a list, or ranges such as `10101-10120,10200`.
  private mutating func ports(_ names: String...) throws(ControllerSettingsError) -> [Int] {
    guard let (name, value) = value(names) else { return [] }
    var ports: [Int] = []
    let parts: [JSONValue]
    if let text = value.string {
      if case .array(let list)? = PythonLiteral.value(text) {
        parts = list
      } else {
        parts = text.split { $0 == "," || $0 == " " }.map { .string(String($0)) }
      }
    } else {
      parts = value.array ?? [value]
    }
    for part in parts {
      if let port = part.integer {
        ports.append(port)
      } else if let text = part.string, let range = Self.range(text) {
        ports += range
      } else {
        throw Self.wrong(name, value, "ports such as 10101-10120")
      }
    }
    guard ports.allSatisfy({ (1...65_535).contains($0) }) else {
      throw Self.wrong(name, value, "ports from 1 to 65535")
    }
    return ports
  }

  private static func range(_ text: String) -> [Int]? {
    let ends = text.split(separator: "-").map { Int($0) }
    switch ends.count {
    case 1: return ends[0].map { [$0] }
    case 2:
      guard let first = ends[0], let last = ends[1], first <= last, last < 65_536 else {
        return nil
      }
      return Array(first...last)
    default: return nil
    }
  }

  private static func wrong(
    _ name: String, _ value: JSONValue, _ wanted: String
  ) -> ControllerSettingsError {
    ControllerSettingsError(
      .invalidValue, "\(name) = \(JSONText(value)) cannot be used: expected \(wanted)")
  }

  // MARK: Topics

  private mutating func readProgram() throws(ControllerSettingsError) {
    settings.profile.clusterID =
      try text("IPController.cluster_id", "BaseParallelApplication.cluster_id") ?? ""
    guard !settings.profile.clusterID.contains("/"), !settings.profile.clusterID.contains("\0")
    else {
      throw ControllerSettingsError(
        .invalidValue, "a cluster ID is part of a file name: it must have no '/'")
    }
    if let (name, value) = value(["IPController.log_level", "Application.log_level"]) {
      logLevel = try Self.level(name, value)
    }
    logsToFile =
      try flag("IPController.log_to_file", "BaseParallelApplication.log_to_file") ?? false
    workDirectory = try text("IPController.work_dir", "BaseParallelApplication.work_dir")
    settings.username = try text("Session.username") ?? ""
    settings.profile.fileNames[.engine] = try text("IPController.engine_json_file")
    settings.profile.fileNames[.client] = try text("IPController.client_json_file")
    settings.reusesFiles = try flag("IPController.reuse_files") ?? false
    settings.restoresEngines = try flag("IPController.restore_engines") ?? false
    settings.keepsJournal = try flag("Journal.enabled") ?? false
    settings.syncsJournal = try flag("Journal.sync") ?? false
    let limit = try count("Journal.reconnect_limit").map { Duration.seconds($0) }
    settings.reconnectLimit =
      limit ?? (settings.keepsJournal ? ControllerSettings.defaultReconnectLimit : nil)
  }

  private static func level(
    _ name: String, _ value: JSONValue
  ) throws(ControllerSettingsError) -> Int {
    let names = ["debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "critical": 50]
    if let number = value.integer ?? value.string.flatMap({ Int($0) }) { return number }
    if let text = value.string, let level = names[text.lowercased()] { return level }
    throw wrong(name, value, "a number or one of DEBUG, INFO, WARN, ERROR, CRITICAL")
  }

  private mutating func readAddresses() throws(ControllerSettingsError) {
    let ip = try text("IPController.ip")
    let transport = try text("IPController.transport")
    settings.engineIP = try text("IPController.engine_ip") ?? ip ?? settings.engineIP
    settings.clientIP = try text("IPController.client_ip") ?? ip ?? settings.clientIP
    settings.engineTransport =
      try text("IPController.engine_transport") ?? transport ?? "tcp"
    settings.clientTransport =
      try text("IPController.client_transport") ?? transport ?? "tcp"
    for transport in [settings.engineTransport, settings.clientTransport]
    where transport != "tcp" && transport != "ipc" {
      throw ControllerSettingsError(
        .invalidValue, "the transport '\(transport)' is unknown; use tcp or ipc")
    }
    if transport == "ipc" && ip == nil {
      let path = settings.profile.directory + "/security/ipc" + settings.profile.clusterID
      (settings.engineIP, settings.clientIP) = (path + "-engine", path + "-client")
    }
    settings.enginePorts = try ports("IPController.engine_ports")
    if let port = try number("IPController.regport") { settings.enginePorts.append(port) }
    settings.clientPorts = try ports("IPController.client_ports")
    settings.ports = try ports("IPController.ports")
    warnOfMissingPorts()
    settings.location = try text("IPController.location")
    settings.ssh = try text("IPController.ssh_server") ?? ""
    settings.engineSSH = try text("IPController.engine_ssh_server") ?? ""
  }

  /// Warns if ports are given but too few, so that some sockets take free ones.
  private mutating func warnOfMissingPorts() {
    let given = settings.enginePorts.count + settings.clientPorts.count + settings.ports.count
    let missing =
      max(0, ControllerSettings.enginePortCount - settings.enginePorts.count)
      + max(0, ControllerSettings.clientPortCount - settings.clientPorts.count)
      - settings.ports.count
    if given > 1 && missing > 0 {
      warnings.append(
        "the ports that are given are \(missing) too few; so many sockets use free ports")
    }
  }

  private mutating func readScheduling() throws(ControllerSettingsError) {
    if let period = try number("HeartMonitor.period") {
      guard (1...86_400_000).contains(period) else {
        throw ControllerSettingsError(
          .invalidValue,
          "HeartMonitor.period = \(period) cannot be used: expected 1 to 86400000 milliseconds"
        )
      }
      settings.heartbeatPeriod = .milliseconds(period)
    }
    if let misses = try count("HeartMonitor.max_heartmonitor_misses") {
      settings.allowedMisses = misses
    }
    if let seconds = try count("IPController.registration_timeout"), seconds > 0 {
      settings.registrationTimeout = .seconds(seconds)
    }
    if let name = try text("TaskScheduler.scheme_name") {
      guard let scheme = TaskScheme(rawValue: name) else {
        let known = TaskScheme.allCases.map(\.rawValue).joined(separator: ", ")
        throw ControllerSettingsError(
          .invalidValue, "the scheme '\(name)' is unknown; use one of \(known)")
      }
      settings.scheme = scheme
    }
    if let mark = try count("TaskScheduler.hwm") { settings.highWaterMark = mark }
    // There is one scheduler, in one process, so these traits have no effect; they need no warning.
    _ = try number("IPController.broadcast_scheduler_depth")
    _ = try flag("IPController.use_threads")
  }

  private mutating func readRecords() throws(ControllerSettingsError) {
    if let name = try text("IPController.db_class") {
      switch name.split(separator: ".").last?.lowercased() {
      case "dictdb": settings.store = .memory
      case "sqlitedb": settings.store = .sqlite
      case "nodb": settings.store = .none
      case "mongodb":
        throw ControllerSettingsError(
          .invalidValue,
          "MongoDB is not supported; use --sqlitedb for records that outlive the controller")
      default:
        throw ControllerSettingsError(.invalidValue, "the database class '\(name)' is unknown")
      }
    }
    if let limit = try count("DictDB.record_limit") { settings.recordLimit = limit }
    if let limit = try count("DictDB.size_limit") { settings.byteLimit = limit }
    if let file = try text("SQLiteDB.filename") { settings.databaseFile = file }
    if let folder = try text("SQLiteDB.location") {
      settings.databaseFile = folder + "/" + settings.databaseFile
    }
  }

  private mutating func readSecurity() throws(ControllerSettingsError) {
    settings.signatureScheme =
      try text("Session.signature_scheme") ?? settings.signatureScheme
    settings.key = try text("Session.key")
    if try flag("Session.secure") == true { settings.key = nil }
    keyFile = try text("Session.keyfile").flatMap { $0.isEmpty ? nil : $0 }
    let publicKey = try text("IPController.curve_publickey")
    let secretKey = try text("IPController.curve_secretkey")
    guard try flag("IPController.enable_curve") ?? false else { return }
    do {
      let (keys, areFresh) = try ControllerCurveKeys.chosen(
        publicKey: publicKey, secretKey: secretKey)
      settings.curve = keys
      settings.hasFreshCurve = areFresh
    } catch {
      throw ControllerSettingsError(.invalidValue, "\(error)")
    }
    // Encryption makes signatures unnecessary: without the server's key no peer can send a message.
    if settings.key == nil { settings.key = "" }
  }

  /// Warns of settings for this program that have no effect.
  private mutating func warnOfUnused() {
    let ours = [
      "IPController", "HeartMonitor", "TaskScheduler", "DictDB", "SQLiteDB", "Session", "Hub",
      "Journal",
    ]
    let quiet: Set<String> = ["Session.session", "Session.packer", "Session.unpacker"]
    for name in traits.values.keys.sorted() where !used.contains(name) && !quiet.contains(name) {
      let owner = name.split(separator: ".").first.map(String.init) ?? ""
      if ours.contains(owner) { warnings.append("\(name) is unknown here and has no effect") }
    }
    for name in ["Session.packer", "Session.unpacker"] {
      if let value = traits[name]?.string, value != "json", value != "orjson" {
        warnings.append("\(name) = '\(value)' has no effect: messages are JSON")
      }
    }
  }
}
