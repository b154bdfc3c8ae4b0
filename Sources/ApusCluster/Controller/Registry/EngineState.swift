// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The engines of a controller as it stores them, so that the next one can take them over.
package struct EngineState: Sendable, Hashable {
  package var engines: [Int: String]
  package var nextID: Int

  package init(engines: [Int: String] = [:], nextID: Int = 0) {
    self.engines = engines
    self.nextID = nextID
  }

  /// `engines[ID].json`, without a dash, as IPython Parallel names it.
  package static func fileName(clusterID: String) -> String { "engines\(clusterID).json" }

  package var text: JSONText {
    let engines = engines.sorted { $0.key < $1.key }
    return JSONText(object: [
      ("engines", JSONText(object: engines.map { (String($0.key), .string($0.value)) })),
      ("next_id", .integer(nextID)),
    ])
  }

  /// Reads what ``text`` or IPython Parallel wrote.
  package init(_ bytes: [UInt8]) throws(WireError) {
    let value = try JSONValue(bytes)
    guard let engines = value["engines"]?.object, let next = value["next_id"]?.integer else {
      throw WireError(.malformed, "the file of engines lacks 'engines' or 'next_id'")
    }
    guard (0...EngineRegistry.highestID + 1).contains(next) else {
      throw WireError(.malformed, "the file of engines has an impossible 'next_id': \(next)")
    }
    self.init(nextID: next)
    for (key, value) in engines {
      guard let id = Int(key), (0...EngineRegistry.highestID).contains(id), let uuid = value.string
      else {
        throw WireError(.malformed, "the file of engines has an engine that is none: \(key)")
      }
      self.engines[id] = uuid
    }
  }
}
