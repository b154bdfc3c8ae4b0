// Part of Apus, Apache-2.0. See LICENSE.

extension GeneratorState where Core == CounterCore {
  /// The key; throws unless it has `count` words.
  func key(_ count: Int, _ decoder: any Decoder) throws -> [UInt64] {
    guard core.key.count == count else {
      throw Self.refusal(decoder, "the key must have \(count) words, not \(core.key.count)")
    }
    return core.key
  }
}

extension CounterBasedGenerator {
  /// The state in the form of NumPy's Philox.
  func counterState(
    _ name: String, key: [UInt64], kept: PendingHalfWord? = nil
  ) -> GeneratorState<CounterCore> {
    let words = counter.list.map { UInt64($0) }
    var state = GeneratorState(name, CounterCore(counter: words, key: key), kept: kept)
    let left = buffer.list.prefix(4 - used).map { UInt64($0) }
    state.buffer = [UInt64](repeating: 0, count: used) + left  // NumPy ignores used words
    state.bufferPosition = used
    return state
  }

  /// Restores the counter and the buffer from a state.
  mutating func take(_ state: GeneratorState<CounterCore>, _ decoder: any Decoder) throws {
    let position = state.bufferPosition ?? 4
    counter = Words4(try Self.words(state.core.counter, decoder))
    buffer = Words4(try Self.words(state.buffer ?? [0, 0, 0, 0], decoder))
    guard 0...4 ~= position else {
      throw GeneratorState<CounterCore>.refusal(decoder, "the buffer position must be in 0...4")
    }
    for _ in 0..<position { _ = buffer.popFirst() }
    used = position
    lineage = Lineage(state.core.key + state.core.counter)
  }

  static func words(_ list: [UInt64], _ decoder: any Decoder) throws -> SIMD4<Word> {
    let words = list.compactMap { Word(exactly: $0) }
    guard list.count == 4, words.count == 4 else {
      throw GeneratorState<CounterCore>.refusal(
        decoder, "counter and buffer must have 4 words of \(Word.bitWidth) bits")
    }
    return SIMD4(words[0], words[1], words[2], words[3])
  }
}

/// Encoded like NumPy's Philox, under this generator's name.
extension Threefry4x64: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CounterCore>(of: Self.name, from: decoder)
    self.init(key: try Self.words(try read.key(4, decoder), decoder))
    try take(read, decoder)
    kept = read.kept
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    try counterState(Self.name, key: (0..<4).map { key[$0] }, kept: kept).encode(to: encoder)
  }
}

/// Encoded like NumPy's Philox, under this generator's name and with 32-bit words.
extension Threefry4x32: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CounterCore>(of: Self.name, from: decoder)
    self.init(key: try Self.words(try read.key(4, decoder), decoder))
    try take(read, decoder)
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    try counterState(Self.name, key: (0..<4).map { UInt64(key[$0]) }).encode(to: encoder)
  }
}

/// Encoded like NumPy's Philox, under this generator's name and with 32-bit words.
extension Philox4x32: Codable {
  /// Reads the state; throws `DecodingError` if it is not a state of this generator.
  public init(from decoder: any Decoder) throws {
    let read = try GeneratorState<CounterCore>(of: Self.name, from: decoder)
    let key = try read.key(2, decoder).compactMap { UInt32(exactly: $0) }
    guard key.count == 2 else {
      throw GeneratorState<CounterCore>.refusal(decoder, "the key must have words of 32 bits")
    }
    self.init(key: SIMD2(key[0], key[1]))
    try take(read, decoder)
  }

  /// Writes the state.
  public func encode(to encoder: any Encoder) throws {
    try counterState(Self.name, key: [UInt64(key[0]), UInt64(key[1])]).encode(to: encoder)
  }
}
