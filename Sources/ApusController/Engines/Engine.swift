// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// An engine that has joined.
package struct Engine: Sendable, Hashable, CustomStringConvertible {
  /// The number that people see, from 0 on.
  package let number: Int
  package let id: EngineID
  /// Where its process runs, as far as its registration says.
  package var origin = EngineOrigin()

  /// "Engine 3 (uuid, process 4711 at 10.0.0.2)".
  package var description: String {
    var parts = [id.uuid]
    if let process = origin.process { parts.append("process \(process)") }
    if let host = origin.host { parts.append("at \(host)") }
    return "Engine \(number) (\(parts.joined(separator: ", ")))"
  }
}

/// Where the process of an engine runs, for messages to people.
package struct EngineOrigin: Sendable, Hashable {
  package var host: String?
  package var process: Int?

  package init(host: String? = nil, process: Int? = nil) {
    self.host = host
    self.process = process
  }
}
