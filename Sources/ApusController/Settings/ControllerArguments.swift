// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The parsed command line of a controller, in the syntax of `ipcontroller`: `--name=value`, `--name value`,
/// `--Class.trait=value` and flags.
package struct ControllerArguments: Sendable, Hashable {
  package var settings = TraitSettings()
  package var wantsHelp = false
  package var wantsVersion = false

  /// Short names of traits.
  package static let aliases: [String: String] = [
    "profile": "BaseIPythonApplication.profile", "profile-dir": "ProfileDir.location",
    "ipython-dir": "BaseIPythonApplication.ipython_dir",
    "cluster-id": "BaseParallelApplication.cluster_id", "log-level": "Application.log_level",
    "work-dir": "BaseParallelApplication.work_dir",
    "config": "BaseIPythonApplication.extra_config_file", "ip": "IPController.ip",
    "location": "IPController.location", "port": "IPController.regport",
    "ports": "IPController.ports", "transport": "IPController.transport",
    "ssh": "IPController.ssh_server", "enginessh": "IPController.engine_ssh_server",
    "ping": "HeartMonitor.period", "scheme": "TaskScheduler.scheme_name",
    "hwm": "TaskScheduler.hwm", "ident": "Session.session", "user": "Session.username",
    "keyfile": "Session.keyfile", "log-url": "BaseParallelApplication.log_url",
    "clean-logs": "BaseParallelApplication.clean_logs",
    "reconnect-limit": "Journal.reconnect_limit",
  ]

  /// Flags and the traits that they set.
  package static let flags: [String: [(trait: String, value: JSONValue)]] = [
    "debug": [("Application.log_level", 10)], "quiet": [("Application.log_level", 50)],
    "log-to-file": [("BaseParallelApplication.log_to_file", true)],
    "dictdb": [("IPController.db_class", "DictDB")],
    "sqlitedb": [("IPController.db_class", "SQLiteDB")],
    "mongodb": [("IPController.db_class", "MongoDB")], "nodb": [("IPController.db_class", "NoDB")],
    "reuse": [("IPController.reuse_files", true)],
    "restore": [("IPController.restore_engines", true), ("IPController.reuse_files", true)],
    "journal": [("Journal.enabled", true), ("IPController.reuse_files", true)],
    "no-journal": [("Journal.enabled", false)],
    "journal-sync": [
      ("Journal.enabled", true), ("Journal.sync", true), ("IPController.reuse_files", true),
    ],
    "usethreads": [("IPController.use_threads", true)],
    "secure": [("Session.secure", true)], "no-secure": [("Session.key", "")],
    "init": [("BaseIPythonApplication.auto_create", true)],
    "show-config": [], "show-config-json": [],
  ]

  /// Parses the arguments that follow the name of the command.
  ///
  /// - Throws: an error for the user, for arguments that `ipcontroller` would refuse too.
  package init(_ words: [String]) throws(ControllerSettingsError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" { continue }
      if word == "-h" || word == "--help" || word == "--help-all" || word == "help" {
        wantsHelp = true
        continue
      }
      if word == "-V" || word == "--version" {
        wantsVersion = true
        continue
      }
      guard word.hasPrefix("-") else {
        throw ControllerSettingsError(
          .unknownOption, "'\(word)' is not an option; options start with --")
      }
      let option = word.drop { $0 == "-" }
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if parts.count == 1, let settings = Self.flags[name] {
        for (trait, value) in settings { self.settings[trait] = value }
        continue
      }
      guard let trait = Self.trait(name) else {
        throw ControllerSettingsError(
          .unknownOption, "there is no option --\(name); --help shows them all")
      }
      let next = rest.first
      guard let text = parts.count == 2 ? String(parts[1]) : next else {
        throw ControllerSettingsError(.missingValue, "--\(name) needs a value")
      }
      if parts.count == 1 { _ = rest.popFirst() }
      settings[trait] = .string(text)
    }
  }

  /// The trait of an option, given by a short name or as `Class.trait`.
  private static func trait(_ name: String) -> String? {
    if let trait = aliases[name] { return trait }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } ? name : nil
  }
}
