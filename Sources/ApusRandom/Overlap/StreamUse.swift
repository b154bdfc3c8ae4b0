// Part of Apus, Apache-2.0. See LICENSE.

/// Which words a map used: where its streams came from, and how many words each task drew.
///
/// As JSON `{"origin": {…}, "words": [120, 96, …], "unknown": [7]}`.
public struct StreamUse: Sendable, Hashable, Codable {
  /// Where the streams came from.
  public let origin: StreamOrigin
  /// Words that task `t` drew, 0 for a task that did not run.
  ///
  /// Their size is the generator's: 64 bits, or 32 for MT19937 and the generators named so; uniforms
  /// for MRG32k3a.
  public var words: [UInt64]
  /// Tasks whose words are not known, because their generator was moved or replaced.
  public var unknown: [Int]

  /// Makes a use from counts.
  public init(origin: StreamOrigin, words: [UInt64], unknown: [Int] = []) {
    self.origin = origin
    self.words = words
    self.unknown = unknown
  }

  /// Reads the JSON form.
  ///
  /// - Throws: `DecodingError` also for unknown tasks that are none, or tasks that have no stream.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let origin = try fields.decode(StreamOrigin.self, forKey: .origin)
    let words = try fields.decode([UInt64].self, forKey: .words)
    let unknown = try fields.decode([Int].self, forKey: .unknown)
    func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: fields, debugDescription: reason)
    }
    if let stray = unknown.first(where: { !words.indices.contains($0) }) {
      throw refuse(.unknown, "there is no task \(stray) among \(words.count)")
    }
    if let most = origin.mostTasks, words.count > most {
      throw refuse(.words, "there are \(words.count) tasks, but streams for \(most)")
    }
    self.init(origin: origin, words: words, unknown: unknown)
  }
}

/// The uses of a program's maps, as a record's file holds them:
/// `{"format": "apus-streams-1", "maps": […]}`.
public struct StreamUses: Sendable, Hashable, Codable {
  /// What this version writes and reads.
  public static let currentFormat = "apus-streams-1"

  /// The version of the layout.
  public let format: String
  /// One entry a map, in the order in which the maps began.
  public var maps: [StreamUse]

  /// Makes a list of uses.
  public init(maps: [StreamUse]) {
    format = Self.currentFormat
    self.maps = maps
  }
}
