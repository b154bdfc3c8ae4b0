// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

extension EngineSettings {
  /// How long one round of trials takes at most.
  private static let round = Duration.seconds(2)

  /// Chooses the address of the controller: the first of those that it has announced which answers.
  ///
  /// They are tried again and again, with pauses that grow, until the time is up.
  ///
  /// - Returns: false if the engine was told to end meanwhile.
  /// - Throws: ``TransportError`` `.timeout` with all addresses and what became of each.
  mutating func chooseAddress() throws -> Bool {
    let hosts = file.hosts { $0 == LocalHost.name }
    // There is nothing to choose, and the first message will be the trial.
    guard hosts.count > 1 || file.listensEverywhere, let port = file.ports["registration"] else {
      return true
    }
    let poller = Poller()
    for lifeline in lifelines { _ = poller.add(descriptor: lifeline) }
    let clock = MonotonicClock()
    let deadline = clock.now + timeout
    var pause = Duration.milliseconds(100)
    while true {
      let left = max(.milliseconds(1), clock.now.duration(to: deadline))
      let (host, trials) = AddressProbe.first(of: hosts, port: port, within: min(left, Self.round))
      if let host {
        file.chosenHost = host
        return true
      }
      guard clock.now + pause < deadline else { throw unreachable(trials, port) }
      if poller.wait(milliseconds: pause.milliseconds) { return false }
      pause = min(pause * 2, .seconds(5))
    }
  }

  private func unreachable(_ trials: [AddressProbe.Trial], _ port: Int) -> TransportError {
    let tried = trials.map { "\($0.host): \($0.outcome)" }.joined(separator: "; ")
    return TransportError(
      .timeout,
      "the controller on \(file.location) cannot be reached at port \(port) within \(timeout) (\(tried)); name an address that this host can reach with the controller's --location, or open the port"
    )
  }

  /// What is thrown if the controller does not answer.
  var silence: TransportError {
    let isElsewhere = file.location != LocalHost.name && file.interface.contains("://127.")
    let cure =
      isElsewhere
      ? "it listens only on the loopback of \(file.location): start it with --ip='*', or with an address of \(file.location) that this host can reach"
      : "is it running?"
    return TransportError(
      .timeout, "the controller at \(file.interface) did not answer within \(timeout); \(cure)")
  }
}
