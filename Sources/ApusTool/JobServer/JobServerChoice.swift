// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusJobServer
  import ApusParallel
  import ApusProcess
  import ApusTransport
  import Foundation

  /// What the flags, the configuration file and the environment of `ppserver` say together.
  struct JobServerChoice {
    private(set) var settings: JobServerSettings
    let package: PythonPackage
    private(set) var warnings: [String] = []
    let pidFile: String?
    let format: String?
    let isDebugging: Bool
    let isQuiet: Bool

    private static let loopback = "127.0.0.1"

    init(_ command: JobServerCommand, environment: [String: String]) throws {
      let file = try command.configFile.map { try Self.configuration($0) }
      var warnings: [String] = []
      let secret = try Self.secret(command, file, environment, &warnings)
      let address = try Self.address(
        command.interface ?? file?.text("interface"),
        hasSecret: secret.map { $0 != JobServerSettings.publicSecret } ?? false,
        &warnings)
      package = try PythonPackage.find(
        Self.python(command.python, environment), environment: environment,
        folder: NSTemporaryDirectory())
      var terms = Session.Terms(
        version: command.announce ?? package.version,
        secret: secret ?? JobServerSettings.publicSecret)
      if let seconds = try Self.seconds(
        command.socketTimeout ?? file?.number("socket_timeout"), "-k")
      {
        terms.timeout = seconds
      }
      settings = JobServerSettings(
        terms,
        Self.worker(
          package, environment, restarts: try command.restart || file?.flag("restart") ?? false))
      // As the packages do.
      settings.command.pickleProtocol = package.name == "pp" ? 4 : 2
      if let number = try command.proto ?? Self.whole(file, "proto") {
        guard (0...5).contains(number) else {
          throw JobServerError("-n must be a number from 0 to 5")
        }
        settings.command.pickleProtocol = number
      }
      settings.workers = try Self.workers(
        command.workers ?? Self.whole(file, "workers"))
      settings.port =
        try command.port ?? Self.whole(file, "port") ?? JobServerSettings.usualPort
      guard (0...65535).contains(settings.port) else {
        throw JobServerError("-p must be a port from 0 to 65535")
      }
      settings.idleLimit = try Self.seconds(command.timeout ?? file?.number("timeout"), "-t")
      settings.address = address
      if try command.autodiscovery || file?.flag("autodiscovery") ?? false {
        settings.broadcast = command.broadcast ?? file?.text("broadcast") ?? "255.255.255.255"
      }
      pidFile = command.pidFile ?? file?.text("pid_file")
      format = command.format ?? file?.text("format")
      isDebugging = try command.debug || file?.flag("debug") ?? false
      isQuiet = try command.quiet || file?.flag("quiet") ?? false
      self.warnings = warnings
    }

    private static func configuration(_ path: String) throws -> ConfigurationText {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw JobServerError("the configuration file \(path) cannot be read")
      }
      do {
        return try ConfigurationText(text)
      } catch {
        throw JobServerError("\(path): \(error)")
      }
    }

    private static func secret(
      _ command: JobServerCommand, _ file: ConfigurationText?, _ environment: [String: String],
      _ warnings: inout [String]
    ) throws -> [UInt8]? {
      if let path = command.secretFile {
        guard command.secret == nil else {
          throw JobServerError("give -s or --secret-file, not both")
        }
        do {
          return try SecretFile.firstLine(of: path)
        } catch {
          throw JobServerError("\(error)")
        }
      }
      if let secret = command.secret {
        warnings.append(
          "-s shows the secret to all users of this machine: use --secret-file or the variable PP_SECRET"
        )
        guard !secret.isEmpty else { throw JobServerError("the secret of -s is empty") }
        return Array(secret.utf8)
      }
      return (file?.text("secret") ?? environment["PP_SECRET"]).flatMap {
        $0.isEmpty ? nil : Array($0.utf8)
      }
    }

    private static func whole(_ file: ConfigurationText?, _ name: String) throws -> Int? {
      guard let number = try file?.number(name) else { return nil }
      guard let whole = Int(exactly: number) else {
        throw JobServerError("'\(name)' must be a whole number, not \(number)")
      }
      return whole
    }

    private static func python(_ given: String?, _ environment: [String: String]) -> String {
      given ?? environment["VIRTUAL_ENV"].map { $0 + "/bin/python" } ?? "python3"
    }

    private static func worker(
      _ package: PythonPackage, _ environment: [String: String], restarts: Bool
    ) -> WorkerCommand {
      var environment = environment
      let folders = [FileManager.default.currentDirectoryPath, environment["PYTHONPATH"] ?? ""]
      environment["PYTHONPATH"] = folders.filter { !$0.isEmpty }.joined(separator: ":")
      // The code of jobs has no need of it.
      environment["PP_SECRET"] = nil
      var command = WorkerCommand(
        package.workerWords(server: LocalHost.processID), environment: environment)
      command.restarts = restarts
      return command
    }

    private static func workers(_ given: Int?) throws -> Int {
      // Each has a thread that waits for it, of which there are 255.
      guard let given else { return min(200, ThreadBudget.current.count) }
      guard (0...200).contains(given) else {
        throw JobServerError(
          "-w must be a number from 0 to 200; start another server, at another port, for more")
      }
      return given
    }

    private static func seconds(_ given: Double?, _ flag: String) throws -> Duration? {
      guard let given else { return nil }
      guard given > 0, given < 1e9 else {
        throw JobServerError("\(flag) must be a number of seconds above 0")
      }
      return .nanoseconds(Int(given * 1e9))
    }

    private static func address(
      _ given: String?, hasSecret: Bool, _ warnings: inout [String]
    ) throws -> String {
      guard !hasSecret else { return given ?? "0.0.0.0" }
      guard let given else {
        warnings.append(
          "no secret was given: only programs on this machine can connect, all of which know the one in use (--secret-file names another)"
        )
        return loopback
      }
      guard given.hasPrefix("127.") || given == "::1" || given == "localhost" else {
        throw JobServerError(
          "listening at \(given) needs a secret of your own (--secret-file): everybody knows the one of the packages"
        )
      }
      return given == "localhost" ? loopback : given
    }
  }
#endif
