// Part of Apus, Apache-2.0. See LICENSE.

/// An error as clients of IPython Parallel understand it; `name` is the Python class that they raise or show.
package struct RemoteError: Error, Sendable, Hashable {
  package var name: String
  package var text: String
  /// The text as its engine wrote it, which need not be UTF-8; nil if it is ours.
  package var exactText: JSONString?
  /// The engine that raised the error, and the method, "apply" or "execute"; nil if no engine did.
  package var engine: (uuid: String, id: Int, method: String)?

  package init(
    _ name: String, _ text: String = "", engine: (uuid: String, id: Int, method: String)? = nil
  ) {
    self.name = name
    self.text = text
    self.engine = engine
  }

  package static func == (a: RemoteError, b: RemoteError) -> Bool {
    a.name == b.name && a.text == b.text && a.engine?.uuid == b.engine?.uuid
      && a.engine?.id == b.engine?.id && a.engine?.method == b.engine?.method
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(text)
    hasher.combine(engine?.uuid)
  }

  /// The content of a reply that reports it.
  package var content: JSONText {
    let value = exactText ?? JSONString(text)
    var line = JSONString(text.isEmpty ? name : "\(name): ")
    line.append(value, limit: .max)
    var info: [(String, JSONText)] = []
    if let engine {
      info = [
        ("engine_uuid", .string(engine.uuid)), ("engine_id", .integer(engine.id)),
        ("method", .string(engine.method)),
      ]
    }
    return JSONText(object: [
      ("status", .string("error")), ("ename", .string(name)), ("evalue", value.text),
      ("traceback", JSONText(array: [line.text])), ("engine_info", JSONText(object: info)),
    ])
  }
}
