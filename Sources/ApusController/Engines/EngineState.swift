// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The engines of a controller as it stores them, so that the next one can take them over.
package struct EngineState: Sendable, Hashable {
  /// The engines by their numbers.
  package var engines: [Int: EngineID]
  /// The number of the next engine.
  package var nextNumber: Int
  /// Where their processes run, as far as that is known; not written.
  package var origins: [EngineID: EngineOrigin] = [:]

  package init(engines: [Int: EngineID] = [:], nextNumber: Int = 0) {
    self.engines = engines
    self.nextNumber = nextNumber
  }

  /// `engines[ID].json`, without a dash, as IPython Parallel names it.
  package static func fileName(clusterID: String) -> String { "engines\(clusterID).json" }

  package var text: JSONText {
    let engines = engines.sorted { $0.key < $1.key }
    return JSONText(object: [
      ("engines", JSONText(object: engines.map { (String($0.key), .string($0.value.uuid)) })),
      ("next_id", .integer(nextNumber)),
    ])
  }

  /// Reads what ``text`` or IPython Parallel wrote.
  package init(_ bytes: [UInt8]) throws(WireError) {
    let value = try JSONValue(bytes)
    guard let engines = value["engines"]?.object, let next = value["next_id"]?.integer else {
      throw WireError(.malformed, "the file of engines lacks 'engines' or 'next_id'")
    }
    guard (0...EngineRegistry.highestNumber + 1).contains(next) else {
      throw WireError(.malformed, "the file of engines has an impossible 'next_id': \(next)")
    }
    self.init(nextNumber: next)
    for (key, value) in engines {
      guard let number = Int(key), (0...EngineRegistry.highestNumber).contains(number),
        let uuid = value.string
      else {
        throw WireError(.malformed, "the file of engines has an impossible engine: \(key)")
      }
      self.engines[number] = EngineID(uuid)
    }
  }
}
