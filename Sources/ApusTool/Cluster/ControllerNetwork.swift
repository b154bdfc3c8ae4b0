// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusTransport

  /// Where the controller of a cluster listens, and how soon it notices lost engines.
  struct ControllerNetwork {
    /// The options of the user.
    let options: [String]
    let way: EngineStart
    /// Whether connections are encrypted; nil leaves it to where the controller listens.
    let encrypts: Bool?

    init(options: [String], _ way: EngineStart, encrypts: Bool?) {
      (self.options, self.way, self.encrypts) = (options, way, encrypts)
    }

    private func has(_ names: [String]) -> Bool {
      options.contains { option in names.contains { option == $0 || option.hasPrefix($0 + "=") } }
    }

    /// The controller's options: its own and those of the user, which come last and win.
    var words: [String] {
      var words: [String] = []
      let isAddressed = has(["--ip", "--IPController.ip", "--IPController.engine_ip"])
      if way.isRemote && !isAddressed { words.append("--ip=*") }
      if encrypts ?? way.isRemote { words.append("--IPController.enable_curve=True") }
      // An engine is given up after ten pings without an answer, which are ten seconds.
      if !has(["--ping", "--HeartMonitor.period"]) { words.append("--HeartMonitor.period=1000") }
      if !has(["--HeartMonitor.max_heartmonitor_misses"]) {
        words.append("--HeartMonitor.max_heartmonitor_misses=8")
      }
      if !has(["--location", "--IPController.location"]), let address {
        words.append("--location=\(address)")
      }
      return words + options
    }

    /// The address by which hosts behind ssh reach this one; nil for the name of this host, which the nodes of a scheduler know.
    private var address: String? {
      guard case .ssh(let hosts) = way else { return nil }
      let names = hosts.map { String($0.host.split(separator: "@").last ?? "") }
      return names.lazy.compactMap { LocalAddresses.routing(to: $0) }.first
        ?? LocalAddresses.routing(to: nil)
    }
  }
#endif
