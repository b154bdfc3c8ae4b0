// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusWorkers

/// Types that encode and decode themselves in ways that other coders of Swift allow.
struct UnusualCodableTests {
  private func returned<Value: Codable>(_ value: Value) throws -> Value {
    try BinaryDecoder.decode(Value.self, from: try BinaryEncoder.encode(value))
  }

  /// Reads its kind, then all of itself from the same decoder; writes both into one map.
  enum Shape: Codable, Equatable {
    case circle(Circle), square(Square)
    struct Circle: Codable, Equatable { var radius: Double }
    struct Square: Codable, Equatable { var side: Double }
    enum Key: CodingKey { case kind }

    init(from decoder: any Decoder) throws {
      switch try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .kind) {
      case "circle": self = .circle(try Circle(from: decoder))
      default: self = .square(try Square(from: decoder))
      }
    }

    init(_ side: Double) { self = .square(Square(side: side)) }
    init(radius: Double) { self = .circle(Circle(radius: radius)) }

    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      switch self {
      case .circle(let circle):
        try fields.encode("circle", forKey: .kind)
        try circle.encode(to: encoder)
      case .square(let square):
        try square.encode(to: encoder)
        try fields.encode("square", forKey: .kind)
      }
    }
  }

  @Test func severalContainersOfAValueAreOneMap() throws {
    let shapes = [Shape(2), Shape(radius: 3), Shape(4)]
    #expect(try returned(shapes) == shapes)
    #expect(try returned(["a": shapes[1]]) == ["a": shapes[1]])
    #expect(try returned(shapes[0]) == shapes[0])
  }

  /// A number or a text, found by trying.
  enum Either: Codable, Equatable {
    case number(Int), flag(Bool), text(String), pair(Pair)
    struct Pair: Codable, Equatable { var a: Int, b: Int }

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        self = .number(number)
      } else if let flag = try? value.decode(Bool.self) {
        self = .flag(flag)
      } else if let pair = try? value.decode(Pair.self) {
        self = .pair(pair)
      } else if (try? decoder.container(keyedBy: Shape.Key.self)) != nil {
        throw BinaryCoderTests.Shuffled.Unwanted(text: "map")
      } else if (try? decoder.unkeyedContainer()) != nil {
        throw BinaryCoderTests.Shuffled.Unwanted(text: "list")
      } else {
        self = .text(try decoder.singleValueContainer().decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      switch self {
      case .number(let number): try value.encode(number)
      case .flag(let flag): try value.encode(flag)
      case .text(let text): try value.encode(text)
      case .pair(let pair): try value.encode(pair)
      }
    }
  }

  @Test func aFailedAttemptLeavesTheReaderWhereItWas() throws {
    let values = [Either.text("x"), .pair(.init(a: 1, b: 2)), .flag(true), .number(3), .text("y")]
    #expect(try returned(values) == values)
    #expect(try returned(["k": values]) == ["k": values])
    for value in values { #expect(try returned(value) == value) }
  }

  /// A list of numbers and texts, read by trying.
  struct Mixed: Codable, Equatable {
    var numbers: [Int] = [], texts: [String] = []
    init(_ numbers: [Int], _ texts: [String]) { (self.numbers, self.texts) = (numbers, texts) }
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      while !list.isAtEnd {
        if let number = try? list.decode(Int.self) {
          numbers.append(number)
        } else {
          texts.append(try list.decode(String.self))
        }
      }
    }
    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      for number in numbers { try list.encode(number) }
      for text in texts { try list.encode(text) }
    }
  }

  /// Reads one element of its list only.
  struct First: Codable, Equatable {
    var first = "first"
    init() {}
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      first = try list.decode(String.self)
    }
    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(first)
      try list.encode("k")
      try list.encode([1])
    }
  }

  @Test func listsAreReadByTryingAndInPart() throws {
    let mixed = [Mixed([1, 2], ["a"]), Mixed([], []), Mixed([3], ["b", "c"])]
    #expect(try returned(mixed) == mixed)
    #expect(try returned([First(), First()]) == [First(), First()])
    #expect(try returned(["k": First(), "l": First()]) == ["k": First(), "l": First()])
  }

  class Legged: Codable {
    var legs = 4
    enum Key: CodingKey { case legs }
    init() {}
    required init(from decoder: any Decoder) throws {
      legs = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .legs)
    }
    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode(legs, forKey: .legs)
    }
  }

  /// Shares its container with that of its superclass.
  final class Flat: Legged {
    var name = "Argos"
    private enum Key: CodingKey { case name, refused, after }
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      guard !fields.contains(.refused), try fields.decode(Int.self, forKey: .after) == 9 else {
        throw BinaryCoderTests.Shuffled.Unwanted(text: "refused")
      }
      name = try fields.decode(String.self, forKey: .name)
      try super.init(from: decoder)
    }
    override func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode(name, forKey: .name)
      // What fails half-way leaves nothing behind.
      try? fields.encode([[1], [2]].map { _ in BinaryCoderTests.Refusing() }, forKey: .refused)
      try super.encode(to: encoder)
      try fields.encode(9, forKey: .after)
    }
  }

  class Empty: Codable {
    init() {}
    required init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
  }

  /// Has a superclass that writes nothing.
  final class Heir: Empty {
    var name = "Telemachus"
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

  @Test func superclassesShareAContainerOrWriteNothing() throws {
    let flat = Flat()
    (flat.legs, flat.name) = (3, "Rex")
    let found = try returned([flat, Flat()])
    #expect(found.map(\.legs) == [3, 4] && found.map(\.name) == ["Rex", "Argos"])
    #expect(try returned([Heir(), Heir()]).map(\.name) == ["Telemachus", "Telemachus"])
  }
}
