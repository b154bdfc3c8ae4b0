// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The values that clients have pushed to an engine, by their names; a value without side effects.
///
/// Python's clients push and pull with functions of ipyparallel, which an engine knows by their names.
struct EngineNames {
  private static let module = "ipyparallel.util"
  private var values: [String: PickleValue] = [:]

  mutating func removeAll() { values = [:] }

  /// Does what a call asks for.
  ///
  /// - Returns: its reply; nil if the call is neither a push nor a pull.
  mutating func answer(_ call: ApplyBuffers) -> EngineReply? {
    switch call.functionName {
    case PickleName(Self.module, "_push"):
      for (name, value) in call.keywords { values[name] = value }
      return EngineReply(buffers: CannedValue.buffers(of: .none))
    case PickleName(Self.module, "_pull"): return pull(call.arguments.first)
    default: return nil
    }
  }

  private func pull(_ names: PickleValue?) -> EngineReply {
    switch names {
    case .text(let name):
      return values[name].map { EngineReply(buffers: CannedValue.buffers(of: $0)) }
        ?? Self.missing(name)
    case .list(let all), .tuple(let all):
      var found: [PickleValue] = []
      for case .text(let name) in all {
        guard let value = values[name] else { return Self.missing(name) }
        found.append(value)
      }
      guard found.count == all.count else { break }
      return EngineReply(buffers: CannedValue.buffers(of: .list(found)))
    default: break
    }
    return .failed("TypeError", "a pull takes a name or a list of names")
  }

  private static func missing(_ name: String) -> EngineReply {
    .failed("NameError", "name '\(name)' is not defined")
  }
}
