// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Turns settings by class and trait into the configuration of a controller.
package struct ControllerSettings {
  package var configuration = ControllerConfiguration()
  /// Settings that have no effect here, for the user.
  package private(set) var warnings: [String] = []
  /// The level of the log by Python's numbers: 10 for debug, 20 for info, 30, 40, 50.
  package private(set) var logLevel = 20
  package private(set) var logsToFile = false
  package private(set) var workDirectory: String?
  package private(set) var keyFile: String?

  private let settings: TraitSettings
  private var used: Set<String> = []

  /// - Parameters:
  ///   - settings: of files, environment and command line together.
  ///   - profileDirectory: the profile's folder, found before.
  /// - Throws: ``ControllerConfigurationError`` for a value that cannot be used.
  package init(
    _ settings: TraitSettings, profileDirectory: String
  ) throws(ControllerConfigurationError) {
    self.settings = settings
    warnings = settings.complaints
    configuration.profileDirectory = profileDirectory
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
      if let value = settings[name], !value.isNull { return (name, value) }
    }
    return nil
  }

  private mutating func text(_ names: String...) throws(ControllerConfigurationError) -> String? {
    guard let (name, value) = value(names) else { return nil }
    switch value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    default: throw Self.wrong(name, value, "a text")
    }
  }

  private mutating func number(_ names: String...) throws(ControllerConfigurationError) -> Int? {
    guard let (name, value) = value(names) else { return nil }
    if let number = value.integer { return number }
    if let text = value.string, let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) })
    {
      return number
    }
    throw Self.wrong(name, value, "a whole number")
  }

  private mutating func flag(_ names: String...) throws(ControllerConfigurationError) -> Bool? {
    guard let (name, value) = value(names) else { return nil }
    if let flag = value.bool { return flag }
    if let text = value.string?.lowercased() {
      if ["true", "1", "yes"].contains(text) { return true }
      if ["false", "0", "no"].contains(text) { return false }
    }
    if let number = value.integer, number == 0 || number == 1 { return number == 1 }
    throw Self.wrong(name, value, "True or False")
  }

  /// Ports: a list, or ranges such as `10101-10120,10200`.
  private mutating func ports(_ names: String...) throws(ControllerConfigurationError) -> [Int] {
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
  ) -> ControllerConfigurationError {
    ControllerConfigurationError(
      "\(name) = \(JSONText(value)) cannot be used: it is to be \(wanted)")
  }

  // MARK: Topics

  private mutating func readProgram() throws(ControllerConfigurationError) {
    configuration.clusterID =
      try text("IPController.cluster_id", "BaseParallelApplication.cluster_id") ?? ""
    guard !configuration.clusterID.contains("/") else {
      throw ControllerConfigurationError("a cluster id is part of a file's name and has no '/'")
    }
    if let (name, value) = value(["IPController.log_level", "Application.log_level"]) {
      logLevel = try Self.level(name, value)
    }
    logsToFile =
      try flag("IPController.log_to_file", "BaseParallelApplication.log_to_file") ?? false
    workDirectory = try text("IPController.work_dir", "BaseParallelApplication.work_dir")
    configuration.username = try text("Session.username") ?? ""
    configuration.engineFile = try text("IPController.engine_json_file")
    configuration.clientFile = try text("IPController.client_json_file")
    configuration.reusesFiles = try flag("IPController.reuse_files") ?? false
    configuration.restoresEngines = try flag("IPController.restore_engines") ?? false
  }

  private static func level(
    _ name: String, _ value: JSONValue
  ) throws(ControllerConfigurationError) -> Int {
    let names = ["debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "critical": 50]
    if let number = value.integer ?? value.string.flatMap({ Int($0) }) { return number }
    if let text = value.string, let level = names[text.lowercased()] { return level }
    throw wrong(name, value, "a number or one of DEBUG, INFO, WARN, ERROR, CRITICAL")
  }

  private mutating func readAddresses() throws(ControllerConfigurationError) {
    let ip = try text("IPController.ip")
    let transport = try text("IPController.transport")
    configuration.engineIP = try text("IPController.engine_ip") ?? ip ?? configuration.engineIP
    configuration.clientIP = try text("IPController.client_ip") ?? ip ?? configuration.clientIP
    configuration.engineTransport =
      try text("IPController.engine_transport") ?? transport ?? "tcp"
    configuration.clientTransport =
      try text("IPController.client_transport") ?? transport ?? "tcp"
    for transport in [configuration.engineTransport, configuration.clientTransport]
    where transport != "tcp" && transport != "ipc" {
      throw ControllerConfigurationError("the transport '\(transport)' is unknown; use tcp or ipc")
    }
    if transport == "ipc" && ip == nil {
      let path = configuration.profileDirectory + "/security/ipc" + configuration.clusterID
      (configuration.engineIP, configuration.clientIP) = (path + "-engine", path + "-client")
    }
    configuration.enginePorts = try ports("IPController.engine_ports")
    if let port = try number("IPController.regport") { configuration.enginePorts.append(port) }
    configuration.clientPorts = try ports("IPController.client_ports")
    configuration.ports = try ports("IPController.ports")
    configuration.location = try text("IPController.location")
    configuration.ssh = try text("IPController.ssh_server") ?? ""
    configuration.engineSSH = try text("IPController.engine_ssh_server") ?? ""
  }

  private mutating func readScheduling() throws(ControllerConfigurationError) {
    if let period = try number("HeartMonitor.period") {
      guard (1...86_400_000).contains(period) else {
        throw ControllerConfigurationError(
          "HeartMonitor.period = \(period) cannot be used: it is the milliseconds between two pings"
        )
      }
      configuration.heartbeatPeriod = .milliseconds(period)
    }
    if let misses = try number("HeartMonitor.max_heartmonitor_misses") {
      configuration.allowedMisses = max(0, misses)
    }
    if let seconds = try number("IPController.registration_timeout"), seconds > 0 {
      configuration.registrationTimeout = .seconds(seconds)
    }
    if let name = try text("TaskScheduler.scheme_name") {
      guard let scheme = TaskScheme(rawValue: name) else {
        let known = TaskScheme.allCases.map(\.rawValue).joined(separator: ", ")
        throw ControllerConfigurationError("the scheme '\(name)' is unknown; they are \(known)")
      }
      configuration.scheme = scheme
    }
    if let mark = try number("TaskScheduler.hwm") { configuration.highWaterMark = max(0, mark) }
    // One process has no tree of schedulers; the trait has no effect, and needs no warning.
    _ = try number("IPController.broadcast_scheduler_depth")
    _ = try flag("IPController.use_threads")
  }

  private mutating func readRecords() throws(ControllerConfigurationError) {
    if let name = try text("IPController.db_class") {
      switch name.split(separator: ".").last?.lowercased() {
      case "dictdb": configuration.store = .memory
      case "sqlitedb": configuration.store = .sqlite
      case "nodb": configuration.store = .none
      case "mongodb":
        throw ControllerConfigurationError(
          "MongoDB is not supported; use --sqlitedb for records that outlive the controller")
      default: throw ControllerConfigurationError("the database class '\(name)' is unknown")
      }
    }
    if let limit = try number("DictDB.record_limit") { configuration.recordLimit = max(0, limit) }
    if let limit = try number("DictDB.size_limit") { configuration.byteLimit = max(0, limit) }
    if let file = try text("SQLiteDB.filename") { configuration.databaseFile = file }
    if let folder = try text("SQLiteDB.location") {
      configuration.databaseFile = folder + "/" + configuration.databaseFile
    }
  }

  private mutating func readSecurity() throws(ControllerConfigurationError) {
    configuration.signatureScheme =
      try text("Session.signature_scheme") ?? configuration.signatureScheme
    configuration.key = try text("Session.key")
    if try flag("Session.secure") == true { configuration.key = nil }
    keyFile = try text("Session.keyfile").flatMap { $0.isEmpty ? nil : $0 }
    let publicKey = try text("IPController.curve_publickey")
    let secretKey = try text("IPController.curve_secretkey")
    guard try flag("IPController.enable_curve") ?? false else { return }
    do {
      if let secretKey {
        configuration.curve =
          try publicKey.map {
            CurveKeys(publicKey: $0, secretKey: secretKey)
          } ?? CurveKeys.from(secretKey: secretKey)
      } else {
        configuration.curve = try CurveKeys.make()
        configuration.hasFreshCurve = true
      }
    } catch {
      throw ControllerConfigurationError("\(error)")
    }
    // Encryption makes signatures needless; nobody without the server's key can say anything.
    if configuration.key == nil { configuration.key = "" }
  }

  /// Names what was set for this program without any effect.
  private mutating func warnOfUnused() {
    let ours = [
      "IPController", "HeartMonitor", "TaskScheduler", "DictDB", "SQLiteDB", "Session", "Hub",
    ]
    let quiet: Set<String> = ["Session.session", "Session.packer", "Session.unpacker"]
    for name in settings.values.keys.sorted() where !used.contains(name) && !quiet.contains(name) {
      let owner = name.split(separator: ".").first.map(String.init) ?? ""
      if ours.contains(owner) { warnings.append("\(name) is not known here and has no effect") }
    }
    for name in ["Session.packer", "Session.unpacker"] {
      if let value = settings[name]?.string, value != "json", value != "orjson" {
        warnings.append("\(name) = '\(value)' has no effect: messages are JSON")
      }
    }
  }
}
