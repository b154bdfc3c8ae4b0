// Part of Apus, Apache-2.0. See LICENSE.

/// Which words a map used: where its streams came from, and how many words each task drew.
///
/// As JSON `{"origin": {…}, "words": [120, 96, …], "unknown": [7]}`.
public struct StreamUse: Sendable, Hashable, Codable {
  /// Where the streams came from.
  public let origin: StreamOrigin
  /// The number of words that each task drew; 0 if it did not run.
  ///
  /// A word has the generator's own size: 32 bits for MT19937, Philox4x32 and Threefry4x32, 64 bits for the
  /// others. For MRG32k3a, uniforms are counted.
  public var words: [UInt64]
  /// The tasks whose words are unknown because their generator was moved or replaced.
  public var unknown: [Int]

  /// Makes the record of one map.
  public init(origin: StreamOrigin, words: [UInt64], unknown: [Int] = []) {
    self.origin = origin
    self.words = words
    self.unknown = unknown
  }

  /// Reads the JSON form.
  ///
  /// - Throws: `DecodingError`, also if an unknown task does not exist or there are more tasks than streams.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let origin = try fields.decode(StreamOrigin.self, forKey: .origin)
    let words = try fields.decode([UInt64].self, forKey: .words)
    let unknown = try fields.decode([Int].self, forKey: .unknown)
    func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: fields, debugDescription: reason)
    }
    if let stray = unknown.first(where: { !words.indices.contains($0) }) {
      throw refuse(.unknown, "there is no task \(stray): the map has \(words.count) tasks")
    }
    if let most = origin.maximumTasks, words.count > most {
      throw refuse(.words, "there are \(words.count) tasks, but only \(most) streams")
    }
    self.init(origin: origin, words: words, unknown: unknown)
  }
}

/// The random words that the maps of a program used, in the form of a record file.
///
/// As JSON `{"format": "apus-streams-1", "maps": […]}`.
public struct StreamUses: Sendable, Hashable, Codable {
  /// The format that this version writes and reads.
  public static let currentFormat = "apus-streams-1"

  /// The format of this record.
  public let format: String
  /// One entry per map, in the order in which the maps began.
  public var maps: [StreamUse]

  /// Makes a record from its maps.
  public init(maps: [StreamUse]) {
    format = Self.currentFormat
    self.maps = maps
  }
}
