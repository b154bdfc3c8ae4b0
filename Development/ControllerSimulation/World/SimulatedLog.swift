// Part of Apus, Apache-2.0. See LICENSE.
import Logging

/// Prints what the controller logs, if a life is traced.
struct SimulatedLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.debug

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { print("  controller: \(event.message)") }
}
