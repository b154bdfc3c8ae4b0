// Part of Apus, Apache-2.0. See LICENSE.

/// A generator's state in the form of NumPy's `bit_generator.state`, with arrays as lists.
///
/// As JSON it can be passed from NumPy to Apus and back:
///
/// ```python
/// json.dump(rng.bit_generator.state, file, default=lambda array: array.tolist())   # to Apus
/// rng.bit_generator.state = json.load(file)                                        # from Apus
/// ```
/// Generators that NumPy lacks use the same form under their own names. Fields that a generator does not need
/// are left out.
struct GeneratorState<Core: Codable>: Codable {
  /// The generator's name.
  let name: String
  /// The state proper: key, counter or words.
  var core: Core
  /// The current block, and how many of its words have been drawn.
  var buffer: [UInt64]?
  var bufferPosition: Int?
  /// Whether half a word is kept, and that half.
  var isHalfKept: Int?
  var half: UInt32?
  /// The kept normal of the legacy interface.
  var isNormalKept: Int?
  var normal: Double?
  /// The number of sub-stream groups handed out; NumPy ignores this field.
  var substreamGroups: UInt64?

  enum CodingKeys: String, CodingKey {
    case name = "bit_generator"
    case core = "state"
    case buffer
    case bufferPosition = "buffer_pos"
    case isHalfKept = "has_uint32"
    case half = "uinteger"
    case isNormalKept = "has_gauss"
    case normal = "gauss"
    case substreamGroups = "substream_groups"
  }

  init(_ name: String, _ core: Core, kept: PendingHalfWord? = nil) {
    self.name = name
    self.core = core
    isHalfKept = kept.map { $0.isKept ? 1 : 0 }
    half = kept.map { $0.isKept ? $0.half : 0 }
  }

  /// Reads a state; throws unless it belongs to the named generator.
  init(of name: String, from decoder: any Decoder) throws {
    try self.init(from: decoder)
    guard self.name == name else {
      throw Self.refusal(decoder, "it is a state of \(self.name), not of \(name)")
    }
  }

  var kept: PendingHalfWord {
    var kept = PendingHalfWord()
    kept.isKept = isHalfKept == 1
    kept.half = half ?? 0
    return kept
  }

  static func refusal(_ decoder: any Decoder, _ reason: String) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(codingPath: decoder.codingPath, debugDescription: reason))
  }
}

/// A state that is one list of words, like that of SFC64.
struct WordsState: Codable {
  var state: [UInt64]
}

/// State and increment of a congruential generator.
struct CongruentialCore: Codable {
  var state: UInt128
  var inc: UInt128
}

/// The words of a Mersenne Twister and the position in them.
struct TwisterCore: Codable {
  var key: [UInt32]
  var pos: Int
}

/// A counter and a key, low words first.
struct CounterCore: Codable {
  var counter: [UInt64]
  var key: [UInt64]
}
