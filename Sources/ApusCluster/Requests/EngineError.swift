// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// An error that an engine has answered with.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The number of the engine; -1 if the reply does not say.
  public let engine: Int
  /// The name of the error's class, such as `ZeroDivisionError`.
  public let name: String
  /// Its text.
  public let message: String
  /// Lines that say where it was raised.
  public let traceback: [String]

  init(engine: Int, name: String, message: String, traceback: [String]) {
    (self.engine, self.name, self.message) = (engine, name, message)
    self.traceback = traceback
  }

  /// Reads the content of a reply; nil if it reports success.
  init?(_ content: JSONValue, engine: Int) {
    switch content["status"]?.string {
    case "ok": return nil
    case "aborted":
      self.init(
        engine: engine, name: "TaskAborted", message: "the request was aborted", traceback: [])
    default:
      self.init(
        engine: content["engine_info"]?["engine_id"]?.integer ?? engine,
        name: content["ename"]?.string ?? "Error", message: content["evalue"]?.string ?? "",
        traceback: content["traceback"]?.strings ?? [])
    }
  }

  /// The engine, the name and the text.
  public var description: String { "engine \(engine): \(name): \(message)" }
}
