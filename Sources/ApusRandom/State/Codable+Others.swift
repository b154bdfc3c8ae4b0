// Part of Apus, Apache-2.0. See LICENSE.

/// Encoded like NumPy's SFC64, under this generator's name.
extension Xoshiro256StarStar: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<WordsState>(of: Self.name, from: decoder)
    let words = try Words4(read.core.state, decoder)
    self.init(words: (words[0], words[1], words[2], words[3]))
    kept = read.kept
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState(Self.name, WordsState(state: state.list), kept: kept).encode(to: encoder)
  }
}

/// `{"bit_generator": "MRG32k3a", "state": {"state": [6 words]}}`: R's `.Random.seed[2:7]`, unsigned.
extension MRG32k3a: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<WordsState>(of: "MRG32k3a", from: decoder)
    let words = read.core.state.compactMap { UInt32(exactly: $0) }
    guard words.count == read.core.state.count, let generator = MRG32k3a(words: words) else {
      throw GeneratorState<WordsState>.refusal(
        decoder, "the state must have three words below 4294967087 and three below 4294944443")
    }
    self = generator
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    let core = WordsState(state: words.map { UInt64($0) })
    try GeneratorState("MRG32k3a", core).encode(to: encoder)
  }
}

/// Encoded like MT19937, under this generator's name: R's `.Random.seed[3:626]`, unsigned, and the position.
extension RMersenneTwister: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<TwisterCore>(of: "RMersenneTwister", from: decoder)
    self.init(try MT19937(read.core, decoder))
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState("RMersenneTwister", twister.core).encode(to: encoder)
  }
}
