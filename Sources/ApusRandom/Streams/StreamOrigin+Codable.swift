// Part of Apus, Apache-2.0. See LICENSE.

/// Encoded as an object with `scheme` and its fields: `{"scheme": "philox", "seed": 42, "place": [1]}`,
/// `{"scheme": "numpySpawn", "seed": 42, "place": [], "generator": "PCG64"}`,
/// `{"scheme": "legacySeeds", "base": 0}`, `{"scheme": "legacySeedList", "seeds": [3, 1]}`,
/// `{"scheme": "rStreams", "seed": 123}` (also `rMclapply`, `rFutureSeeds`), or
/// `{"scheme": "substreams", "key": […], "counter": […], "word": 1}`.
extension StreamOrigin: Codable {
  private enum Key: String, CodingKey {
    case scheme, seed, spawnKey = "place", generator, base, seeds, key, counter, word
  }

  /// Reads the form that ``encode(to:)`` writes.
  ///
  /// - Throws: `DecodingError` for an unknown scheme or numbers out of range.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    func seed() throws -> UInt128 { try fields.decode(UInt128.self, forKey: .seed) }
    func spawnKey() throws -> [UInt32] { try fields.decode([UInt32].self, forKey: .spawnKey) }
    func rSeed() throws -> Int32 { try fields.decode(Int32.self, forKey: .seed) }
    switch try fields.decode(String.self, forKey: .scheme) {
    case "philox": self.init(.philox(try seed(), spawnKey: try spawnKey()))
    case "numpySpawn":
      let generator = try fields.decode(String.self, forKey: .generator)
      self.init(.numpySpawn(try seed(), spawnKey: try spawnKey(), generator: generator))
    case "legacySeeds": self.init(.legacySeeds(try fields.decode(UInt32.self, forKey: .base)))
    case "legacySeedList":
      self.init(.legacySeedList(try fields.decode([UInt32].self, forKey: .seeds)))
    case "rStreams": self.init(.rStreams(try rSeed()))
    case "rMclapply": self.init(.rMclapply(try rSeed()))
    case "rFutureSeeds": self.init(.rFutureSeeds(try rSeed()))
    case "substreams": self.init(try Self.substreams(fields))
    case let other:
      throw DecodingError.dataCorruptedError(
        forKey: .scheme, in: fields, debugDescription: "unknown scheme \(other)")
    }
  }

  private static func substreams(_ fields: KeyedDecodingContainer<Key>) throws -> Scheme {
    let key = try fields.decode([UInt64].self, forKey: .key)
    let counter = try fields.decode([UInt64].self, forKey: .counter)
    let word = try fields.decode(Int.self, forKey: .word)
    guard key.count == 2, counter.count == 4, word == 1 || word == 3 else {
      throw DecodingError.dataCorruptedError(
        forKey: .counter, in: fields,
        debugDescription: "sub-streams need two key words, four counter words and word 1 or 3")
    }
    return .substreams(key: key, counter: counter, word: word)
  }

  /// Writes the scheme and its fields.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    switch scheme {
    case .philox(let seed, let spawnKey):
      try fields.encode("philox", forKey: .scheme)
      try fields.encode(seed, forKey: .seed)
      try fields.encode(spawnKey, forKey: .spawnKey)
    case .numpySpawn(let seed, let spawnKey, let generator):
      try fields.encode("numpySpawn", forKey: .scheme)
      try fields.encode(seed, forKey: .seed)
      try fields.encode(spawnKey, forKey: .spawnKey)
      try fields.encode(generator, forKey: .generator)
    case .substreams(let key, let counter, let word):
      try fields.encode("substreams", forKey: .scheme)
      try fields.encode(key, forKey: .key)
      try fields.encode(counter, forKey: .counter)
      try fields.encode(word, forKey: .word)
    case .legacySeeds(let base):
      try fields.encode("legacySeeds", forKey: .scheme)
      try fields.encode(base, forKey: .base)
    case .legacySeedList(let seeds):
      try fields.encode("legacySeedList", forKey: .scheme)
      try fields.encode(seeds, forKey: .seeds)
    case .rStreams(let seed): try encode("rStreams", seed, &fields)
    case .rMclapply(let seed): try encode("rMclapply", seed, &fields)
    case .rFutureSeeds(let seed): try encode("rFutureSeeds", seed, &fields)
    }
  }

  private func encode(
    _ scheme: String, _ seed: Int32, _ fields: inout KeyedEncodingContainer<Key>
  ) throws {
    try fields.encode(scheme, forKey: .scheme)
    try fields.encode(seed, forKey: .seed)
  }
}
