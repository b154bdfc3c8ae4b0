// Part of Apus, Apache-2.0. See LICENSE.

/// A host that is reached by ssh, and how many engines it gets.
package struct HostSlots: Sendable, Hashable {
  /// A list of hosts that makes no sense, in words for the user.
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// What ssh takes: `smeagol`, `user@smeagol`, or an alias of the user's configuration.
  package let host: String
  package var engines: Int

  package init(_ host: String, engines: Int) { (self.host, self.engines) = (host, engines) }

  /// Parses `smeagol:2,radagast:2,beren`; a host without a number gets one engine.
  ///
  /// - Throws: ``Problem`` for an empty list, a host twice, a number below 1, or a name that ssh would take for an option.
  package static func parse(_ text: String) throws(Problem) -> [HostSlots] {
    var hosts: [HostSlots] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
      let host = String(fields.first ?? "").filter { !$0.isWhitespace }
      guard !host.isEmpty, !host.hasPrefix("-"), fields.count <= 2 else {
        throw Problem(
          description: "--hosts has '\(part)'; write hosts and engines as smeagol:2,radagast:2")
      }
      guard let engines = fields.count == 2 ? Int(fields[1]) : 1, 1...4096 ~= engines else {
        throw Problem(
          description: "--hosts gives \(host) '\(fields[1])' engines; write a number from 1 to 4096"
        )
      }
      guard !hosts.contains(where: { $0.host == host }) else {
        throw Problem(
          description: "--hosts names \(host) twice; write \(host):2 for two engines there")
      }
      hosts.append(HostSlots(host, engines: engines))
    }
    return hosts
  }

  /// Spreads a number of engines over hosts, one after the other in turn, whatever numbers the hosts have.
  package static func spread(_ hosts: [HostSlots], over engines: Int) -> [HostSlots] {
    var spread = hosts.map { HostSlots($0.host, engines: 0) }
    for number in 0..<engines { spread[number % hosts.count].engines += 1 }
    return spread.filter { $0.engines > 0 }
  }
}
