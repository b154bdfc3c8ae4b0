// Part of Apus, Apache-2.0. See LICENSE.

/// `{"bit_generator": "MT19937", "state": {"key": [624 words], "pos": 0...624}}`, as in NumPy.
extension MT19937: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let state = try GeneratorState<TwisterCore>(of: Self.name, from: decoder)
    self = try Self(state.core, decoder)
  }

  init(_ core: TwisterCore, _ decoder: any Decoder) throws {
    let isValid =
      core.key.count == Self.size && 0...Self.size ~= core.pos
      && (core.key[0] & 0x8000_0000 != 0 || core.key.dropFirst().contains { $0 != 0 })
    guard isValid else {
      throw GeneratorState<TwisterCore>.refusal(
        decoder, "MT19937 needs 624 words, not all zero, and a position in 0...624")
    }
    self.init(words: core.key, position: core.pos)
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState(Self.name, core).encode(to: encoder)
  }

  var core: TwisterCore { TwisterCore(key: block.words, pos: position) }
}

/// `{"bit_generator": "PCG64", "state": {"state": …, "inc": …}, "has_uint32": 0, "uinteger": 0}`.
extension PCG64: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CongruentialCore>(of: Self.name, from: decoder)
    self.init(try CongruentialState(read.core, decoder))
    kept = read.kept
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState(Self.name, state.core, kept: kept).encode(to: encoder)
  }
}

/// Encoded like ``PCG64``.
extension PCG64DXSM: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CongruentialCore>(of: Self.name, from: decoder)
    self.init(try CongruentialState(read.core, decoder))
    kept = read.kept
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState(Self.name, state.core, kept: kept).encode(to: encoder)
  }
}

extension CongruentialState {
  init(_ core: CongruentialCore, _ decoder: any Decoder) throws {
    guard core.inc & 1 == 1 else {
      throw GeneratorState<CongruentialCore>.refusal(decoder, "the increment must be odd")
    }
    self.init(value: core.state, increment: core.inc)
  }

  var core: CongruentialCore { CongruentialCore(state: value, inc: increment) }
}

/// `{"bit_generator": "SFC64", "state": {"state": [a, b, c, counter]}, "has_uint32": 0, "uinteger": 0}`.
extension SFC64: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<WordsState>(of: Self.name, from: decoder)
    self.init(SeedSequence(0))
    state = try Words4(read.core.state, decoder)
    lineage = Lineage(state.list)
    kept = read.kept
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    try GeneratorState(Self.name, WordsState(state: state.list), kept: kept).encode(to: encoder)
  }
}

/// `{"bit_generator": "Philox", "state": {"counter": [4], "key": [2]}, "buffer": [4], "buffer_pos": 4,
/// "has_uint32": 0, "uinteger": 0}`, and `substream_groups`, which NumPy ignores.
extension Philox4x64: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CounterCore>(of: Self.name, from: decoder)
    let key = try read.key(2, decoder)
    self.init(key: (key[0], key[1]))
    try take(read, decoder)
    kept = read.kept
    groupsTaken = read.substreamGroups ?? 0
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    var state = counterState(Self.name, key: [key.low, key.high], kept: kept)
    state.substreamGroups = groupsTaken
    try state.encode(to: encoder)
  }
}

/// MT19937's form with `has_gauss` and `gauss`, as from `RandomState.get_state(legacy=False)`.
extension RandomState: Codable {
  /// Reads NumPy's form; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let state = try GeneratorState<TwisterCore>(of: MT19937.name, from: decoder)
    self.init(try MT19937(state.core, decoder))
    keptNormal = state.isNormalKept == 1 ? state.normal : nil
  }

  /// Writes NumPy's form.
  public func encode(to encoder: any Encoder) throws {
    var state = GeneratorState(MT19937.name, generator.core)
    state.isNormalKept = keptNormal == nil ? 0 : 1
    state.normal = keptNormal ?? 0
    try state.encode(to: encoder)
  }
}

extension Words4<UInt64> {
  init(_ list: [UInt64], _ decoder: any Decoder) throws {
    guard list.count == 4, list.contains(where: { $0 != 0 }) else {
      throw GeneratorState<WordsState>.refusal(decoder, "the state must have 4 words, not all zero")
    }
    self.init(list[0], list[1], list[2], list[3])
  }
}
