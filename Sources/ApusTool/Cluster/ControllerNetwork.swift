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
    /// Whether the controller keeps a journal, so that another one can take its place.
    let keepsJournal: Bool

    init(options: [String], _ way: EngineStart, encrypts: Bool?, keepsJournal: Bool) {
      (self.options, self.way, self.encrypts) = (options, way, encrypts)
      self.keepsJournal = keepsJournal
    }

    private func has(_ names: [String]) -> Bool {
      options.contains { option in names.contains { option == $0 || option.hasPrefix($0 + "=") } }
    }

    /// The controller's options: its own and those of the user, which come last and win.
    var words: [String] {
      var words: [String] = []
      if keepsJournal { words += [ClusterPlan.ownJournal, "--IPController.reuse_files=True"] }
      let isAddressed = has(["--ip", "--IPController.ip", "--IPController.engine_ip"])
      if way.isRemote && !isAddressed { words.append("--ip=*") }
      if encrypts ?? (way.isRemote || listensBeyondLoopback) {
        words.append("--IPController.enable_curve=True")
      }
      // An engine is given up before ten seconds without an answer are over: after seven missed pings, the last of which was
      // sent within the second before it was counted.
      if !has(["--ping", "--HeartMonitor.period"]) { words.append("--HeartMonitor.period=1000") }
      if !has(["--HeartMonitor.max_heartmonitor_misses"]) {
        words.append("--HeartMonitor.max_heartmonitor_misses=7")
      }
      if !has(["--location", "--IPController.location"]), let address {
        words.append("--location=\(address)")
      }
      return words + options
    }

    /// Whether an option of the user makes the controller listen on other addresses than those of the loopback.
    private var listensBeyondLoopback: Bool {
      let names = [
        "--ip", "--IPController.ip", "--IPController.engine_ip", "--IPController.client_ip",
      ]
      return options.enumerated().contains { place, option in
        let parts = option.split(separator: "=", maxSplits: 1)
        guard names.contains(String(parts[0])) else { return false }
        let value = parts.count > 1 ? String(parts[1]) : options[min(place + 1, options.count - 1)]
        return !value.hasPrefix("127.") && !["localhost", "::1"].contains(value)
      }
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
