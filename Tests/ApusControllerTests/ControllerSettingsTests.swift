// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Foundation
import TestSupport
import Testing

@testable import ApusController

/// Tests of the command line, files and environment variables of `ipcontroller`.
@Suite struct ControllerSettingsTests {
  private func settings(_ words: String...) throws -> ControllerSettings {
    let arguments = try ControllerArguments(words)
    return try ControllerSettingsReader(arguments.settings, profileDirectory: "/p").settings
  }

  @Test func everyOptionOfTheLaunchersIsUnderstood() throws {
    let found = try settings(
      "--ip=*", "--location", "host", "--cluster-id=x1", "--ping=250", "--scheme=lru", "--hwm=3",
      "--ports=10101-10103,10110", "--IPController.engine_ports=[1,2]", "--ssh=a", "--enginessh=b",
      "--reuse", "--HeartMonitor.max_heartmonitor_misses=4", "--DictDB.record_limit=5",
      "--DictDB.size_limit=6", "--IPController.registration_timeout=60", "--user=me",
      "--IPController.broadcast_scheduler_depth=2", "--log-level=10", "--dictdb")
    #expect(found.engineIP == "*" && found.clientIP == "*" && found.location == "host")
    #expect(found.profile.clusterID == "x1" && found.heartbeatPeriod == .milliseconds(250))
    #expect(found.scheme == .lru && found.highWaterMark == 3 && found.allowedMisses == 4)
    #expect(found.ports == [10101, 10102, 10103, 10110] && found.enginePorts == [1, 2])
    #expect(found.ssh == "a" && found.engineSSH == "b" && found.reusesFiles)
    #expect(found.recordLimit == 5 && found.byteLimit == 6 && found.username == "me")
    #expect(found.effectiveRegistrationTimeout == .seconds(60) && found.store == .memory)
    #expect(found.profile.path(.client) == "/p/security/ipcontroller-x1-client.json")
    #expect(found.stateFile == "/p/log/enginesx1.json")
  }

  @Test func flagsChooseStoresAndSecurity() throws {
    #expect(try settings("--sqlitedb").store == .sqlite)
    #expect(try settings("--nodb").store == .none)
    #expect(
      try settings("--IPController.db_class=ipyparallel.controller.dictdb.NoDB").store == .none
    )
    #expect(try settings("--no-secure").key == "")
    #expect(try settings("--secure").key == nil)
    let curve = try settings("--IPController.enable_curve=True")
    #expect(curve.curve?.publicKey.utf8.count == 40 && curve.key == "")
    #expect(try settings("--restore").restoresEngines)
    #expect(try settings("--restore").reusesFiles)
    let ipc = try settings("--transport=ipc")
    #expect(ipc.engineTransport == "ipc" && ipc.engineIP.hasPrefix("/p/security/"))
  }

  @Test func wrongValuesSayWhatTheyAreToBe() {
    for (words, part) in [
      (["--ping=fast"], "a whole number"), (["--ping=0"], "milliseconds"),
      (["--scheme=best"], "leastload, lru"), (["--hwm=many"], "a whole number"),
      (["--ports=5-x"], "ports"), (["--ports=70000"], "ports"), (["--log-level=loud"], "DEBUG"),
      (["--transport=udp"], "tcp or ipc"), (["--mongodb"], "--sqlitedb"),
      (["--cluster-id=a/b"], "no '/'"), (["--reuse=maybe"], "no option --reuse"),
      (["--IPController.reuse_files=maybe"], "True or False"), (["--what=1"], "no option --what"),
      (["what"], "options start with --"), (["--ip"], "needs a value"),
    ] {
      let error = #expect(throws: ControllerSettingsError.self, "\(words)") {
        let arguments = try ControllerArguments(words)
        _ = try ControllerSettingsReader(arguments.settings, profileDirectory: "/p")
      }
      #expect(error?.description.contains(part) ?? false, "\(error?.description ?? "") \(part)")
    }
  }

  @Test func unknownTraitsWarnAndDoNotStop() throws {
    let arguments = try ControllerArguments(["--IPController.nothing=1", "--Other.x=2"])
    let reader = try ControllerSettingsReader(arguments.settings, profileDirectory: "/p")
    #expect(reader.warnings.count == 1)
    #expect(reader.warnings[0].contains("IPController.nothing"))
  }

  @Test func literalsOfPythonAreRead() {
    let cases: [(String, JSONValue?)] = [
      ("1", 1), ("-2", -2), ("1_000", 1000), ("0.5", .number(0.5)), ("1e3", .number(1000)),
      ("'a'", "a"), (#""a\n\"b""#, "a\n\"b"), ("b'key'", "key"), ("u'x' 'y'", "xy"),
      (#"r'\d'"#, #"\d"#),
      ("True", true), ("False", false), ("None", .null), ("[1, 'a', ]", [1, "a"]), ("(1,)", [1]),
      ("(1)", 1), ("()", []), ("{'a': [1], }", ["a": [1]]), ("[1,\n 2] # two", [1, 2]),
      ("os.getcwd()", nil), ("[1, x]", nil), ("'a", nil), ("1 + 1", nil), ("", nil), ("nan", nil),
      (String(repeating: "[", count: 100), nil),
    ]
    for (text, expected) in cases {
      #expect(PythonLiteral.value(text) == expected, "\(text)")
    }
  }

  @Test func configurationFilesAreReadAndOtherLinesNamed() {
    let settings = TraitSettings.python(
      """
      # a comment
      c = get_config()
      c.HeartMonitor.period = 200
      c.IPController.ports = [
          1, 2,
      ]
      c.IPController.location = socket.gethostname()
      if True:
          pass
      c.Session.key = b'abc'
      """, path: "f.py")
    #expect(settings["HeartMonitor.period"] == 200)
    #expect(settings["IPController.ports"] == [1, 2])
    #expect(settings["Session.key"] == "abc")
    #expect(settings.complaints.count == 3)
    #expect(settings.complaints[0].hasPrefix("f.py:7:"))
    let json = TraitSettings.json(
      Array(#"{"IPController":{"ip":"*"},"version":1}"#.utf8), path: "f")
    #expect(json["IPController.ip"] == "*" && json.complaints.isEmpty)
    #expect(TraitSettings.json([1], path: "f").complaints.count == 1)
  }

  @Test func theCommandLineWinsOverVariablesAndTheseOverFiles() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = "c.HeartMonitor.period = 200\nc.TaskScheduler.hwm = 7\nc.Session.key = 'file'\n"
    try Data(text.utf8).write(to: folder.appendingPathComponent("ipcontroller_config.py"))
    let environment = [
      "IPP_PROFILE_DIR": folder.path, "IPP_CLUSTER_ID": "env", "IPP_SESSION_KEY": "variable",
      "HOME": "/h",
    ]
    let profile = ControllerProfile(
      try ControllerArguments(["--ping=100"]), environment: environment)
    #expect(profile.directory == folder.path)
    let found = try ControllerSettingsReader(
      profile.settings, profileDirectory: profile.directory
    ).settings
    #expect(found.heartbeatPeriod == .milliseconds(100) && found.highWaterMark == 7)
    #expect(found.profile.clusterID == "env" && found.key == "variable")
    let named = ControllerProfile(
      try ControllerArguments(["--profile=p"]), environment: ["HOME": "/h"])
    #expect(named.directory == "/h/.ipython/profile_p")
  }
}
