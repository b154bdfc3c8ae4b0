// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Testing

@testable import ApusWorkers

struct BinaryCoderTests {
  enum Shape: Codable, Equatable {
    case point
    case circle(radius: Double)
    case polygon(sides: Int, names: [String?])
  }

  struct Everything: Codable, Equatable {
    var flag = true
    var small: Int8 = -128
    var wide: UInt128 = .max
    var number = -0.5
    var single: Float = .infinity
    var text = "é\n\u{0}"
    var missing: Int?
    var present: Int? = 7
    var doubles = [1.0, .nan, -0.0]
    var bytes: [UInt8] = [0, 255]
    var shapes = [Shape.point, .circle(radius: 2), .polygon(sides: 3, names: ["a", nil])]
    var table = ["b": [1, 2], "a": []]
    var keyed: [Int: String] = [3: "three"]
    var tuples = [[1.5: "x"]]
    var nothing: [Nothing] = [Nothing(), Nothing()]
    var set: Set<String> = ["x"]

    struct Nothing: Codable, Equatable {}
  }

  class Animal: Codable {
    var legs = 4
  }

  final class Dog: Animal {
    var name = "Argos"
    private enum Key: CodingKey { case name }
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      name = try fields.decode(String.self, forKey: .name)
      try super.init(from: fields.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try super.encode(to: fields.superEncoder())
      try fields.encode(name, forKey: .name)
    }
  }

  private func returned<Value: Codable>(_ value: Value) throws -> Value {
    try BinaryDecoder.decode(Value.self, from: try BinaryEncoder.encode(value))
  }

  @Test
  func allKindsOfValuesComeBack() throws {
    let value = Everything()
    let found = try returned(value)
    #expect(found.doubles.map(\.bitPattern) == value.doubles.map(\.bitPattern))
    var (a, b) = (value, found)
    (a.doubles, b.doubles) = ([], [])
    #expect(a == b)
    #expect(try returned([[1, 2], []]) == [[1, 2], []])
    #expect(try returned(Optional<Int>.none) == nil)
    #expect(try returned(Optional("x")) == "x")
    #expect(try returned([Int?.none, 3]) == [nil, 3])
    #expect(
      try returned(StreamOrigin(.philox(42, spawnKey: [1])))
        == StreamOrigin(.philox(42, spawnKey: [1])))
  }

  @Test
  func classesWithSuperclassesComeBack() throws {
    let dog = Dog()
    dog.legs = 3
    let found = try returned(dog)
    #expect(found.legs == 3 && found.name == "Argos")
  }

  /// Reads its properties in another order than it writes them, some twice, and some that are not there.
  struct Shuffled: Codable, Equatable {
    var a = 1
    var b: [String] = ["x", "y"]
    var c: Double? = 2.5
    var d: Everything.Nothing = Everything.Nothing()

    enum Key: CodingKey { case a, b, c, d, e, none }

    init() {}

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      c = try fields.decodeIfPresent(Double.self, forKey: .c)
      // The wrong type, then the right one.
      if let text = try? fields.decode(String.self, forKey: .a) { throw Unwanted(text: text) }
      a = try fields.decode(Int.self, forKey: .a)
      if (try? fields.decode([Int].self, forKey: .b)) != nil { throw Unwanted(text: "b") }
      guard try fields.decodeIfPresent(Int.self, forKey: .e) == nil, !fields.contains(.none),
        fields.contains(.d), try !fields.decodeNil(forKey: .b),
        Set(fields.allKeys) == [.a, .b, .c, .d]
      else { throw Unwanted(text: "keys") }
      var list = try fields.nestedUnkeyedContainer(forKey: .b)
      b = [try list.decode(String.self)]
      b.append(try list.decode(String.self))
      let again = try fields.decode([String].self, forKey: .b)
      guard again == b, list.isAtEnd else { throw Unwanted(text: "list") }
      d = try fields.decode(Everything.Nothing.self, forKey: .d)
    }

    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode(a, forKey: .a)
      try fields.encode(b, forKey: .b)
      try fields.encode(d, forKey: .d)
      try fields.encode(c, forKey: .c)
    }

    struct Unwanted: Error { var text: String }
  }

  /// Keeps some of what it wrote to itself.
  struct Partial: Codable, Equatable {
    var kept = 7
    enum Key: CodingKey { case first, kept, last }
    init() {}
    init(from decoder: any Decoder) throws {
      kept = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .kept)
    }
    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode([1.5], forKey: .first)
      try fields.encode(kept, forKey: .kept)
      try fields.encode(["x": [1]], forKey: .last)
    }
  }

  @Test
  func propertiesAreReadInAnyOrder() throws {
    #expect(try returned(Shuffled()) == Shuffled())
    #expect(try returned([Shuffled(), Shuffled()]) == [Shuffled(), Shuffled()])
    #expect(try returned(["k": Shuffled()]) == ["k": Shuffled()])
    #expect(try returned([Partial(), Partial()]) == [Partial(), Partial()])
    let error = #expect(throws: DecodingError.self) {
      try BinaryDecoder.decode(Partial.self, from: try BinaryEncoder.encode(["first": 1]))
    }
    guard case .keyNotFound(let key, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(key.stringValue == "kept")
  }

  @Test
  func oneStateDecodesManyValuesAlsoAfterFailures() throws {
    let state = DecoderState(ByteReader([]))
    for value in [Partial(), Partial()] {
      var good = ByteReader(try BinaryEncoder.encode(value))
      #expect(try state.decodeAll(Partial.self, &good) == value && good.isAtEnd)
      var bad = ByteReader(try BinaryEncoder.encode(["kept": "x"]))
      #expect(throws: (any Error).self) { try state.decodeAll(Partial.self, &bad) }
    }
    let encoder = EncoderState(ByteWriter())
    #expect(throws: EncodingError.self) { try encoder.encodeAll([Refusing()]) }
    encoder.writer = ByteWriter()
    try encoder.encodeAll(Partial())
    #expect(encoder.writer.bytes == (try BinaryEncoder.encode(Partial())))
  }

  struct Refusing: Encodable {
    func encode(to encoder: any Encoder) throws {
      throw EncodingError.invalidValue(0, .init(codingPath: [], debugDescription: "no"))
    }
  }

  @Test
  func numbersThatDoNotFitAndOtherKindsAreRefused() throws {
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode(Int8.self, from: try BinaryEncoder.encode(1000))
    }
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode(String.self, from: try BinaryEncoder.encode(1000))
    }
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode([Double].self, from: try BinaryEncoder.encode([1, 2]))
    }
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode(
        [Int].self, from: try BinaryEncoder.encode([1.0, 2]), shared: nil, converts: true)
    }
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode(
        [Double].self, from: try BinaryEncoder.encode([1 << 60 + 1]), shared: nil, converts: true)
    }
    #expect(throws: (any Error).self) {
      try BinaryDecoder.decode(Int.self, from: try BinaryEncoder.encode(1) + [0])
    }
  }

  @Test
  func numbersOfOtherTypesAreConvertedIfThatIsExact() throws {
    func decoded<Value: Decodable>(_ value: some Encodable, as type: Value.Type) throws -> Value {
      try BinaryDecoder.decode(
        type, from: try BinaryEncoder.encode(value), shared: nil, converts: true)
    }
    #expect(try decoded([1, 2], as: [Double].self) == [1, 2])
    #expect(try decoded([UInt8(7)], as: [Int].self) == [7])
    #expect(try decoded([0.1], as: [Float].self) == [0.1])
    #expect(try decoded(3, as: Double.self) == 3)
    #expect(try decoded([UInt16(4)], as: [Double].self) == [4])
    #expect(try decoded([1.5, 2], as: [Double?].self) == [1.5, 2])
    #expect(try decoded([1, 2], as: [Int16].self) == [1, 2])
  }

  @Test
  func plainValuesAreWhatTypesEncode() throws {
    var reader = ByteReader(try BinaryEncoder.encode(Everything()))
    let value = try PlainValue(&reader)
    #expect(reader.isAtEnd)
    let writer = ByteWriter()
    value.append(to: writer)
    let again = try BinaryDecoder.decode(
      Everything.self, from: writer.bytes, shared: nil, converts: true)
    #expect(try BinaryEncoder.canonical(again) == BinaryEncoder.canonical(Everything()))
    let bytes = writer.bytes
    for count in bytes.indices {
      var cut = ByteReader(Array(bytes[..<count]))
      #expect(throws: (any Error).self) { try PlainValue(&cut) }
    }
  }

  @Test
  func spoiledBytesNeverTrap() throws {
    let bytes = try BinaryEncoder.encode(Everything())
    for count in bytes.indices {
      #expect(throws: (any Error).self) {
        try BinaryDecoder.decode(Everything.self, from: Array(bytes.prefix(count)))
      }
    }
    var seed = Seed(5)
    let tried = (0..<20_000).parallelMap(streams: seed.streams()) { _, rng in
      var spoiled = bytes
      for _ in 0..<rng.integer(in: 1...4) {
        spoiled[rng.integer(in: 0..<spoiled.count)] = UInt8(rng.integer(in: 0...255))
      }
      return (try? BinaryDecoder.decode(Everything.self, from: spoiled)) != nil
    }
    #expect(tried.contains(false))
    let nested = [UInt8](repeating: BinaryTag.list.rawValue, count: 1_000_000)
    #expect(throws: (any Error).self) { try BinaryDecoder.decode([[Int]].self, from: nested) }
  }
}
