// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Foundation
import TestSupport
import Testing

/// Values in Python's pickle format.
@Suite struct PickleTests {
  private struct Vectors: Decodable {
    struct Case: Decodable {
      var name: String
      var `protocol`: Int
      var hex: String
    }
    var cases: [Case]
  }

  private static let plain: [String: PickleValue] = [
    "none": .none, "truths": .list([.bool(true), .bool(false)]),
    "integers": .list(
      [
        0, 255, 256, 65535, 65536, -1, -129, 2_147_483_647, -2_147_483_648, 2_147_483_648, .max,
        .min,
      ].map { .integer($0) }),
    "large": .list([
      .largeInteger([0, 0, 0, 0, 0, 0, 0, 128, 0]),
      .largeInteger([255, 255, 255, 255, 255, 255, 255, 127, 255]),
      .largeInteger([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16]),
    ]),
    "numbers": .list([0, -0.5, 1e300, .leastNonzeroMagnitude].map { .number($0) }),
    "texts": .list(
      ["", "a", "Zürich ☃", String(repeating: "x", count: 300)].map { .text($0) }),
    "bytes": .list([.bytes([]), .bytes([0, 255]), .bytes([UInt8](repeating: 121, count: 300))]),
    "nested": .dictionary([
      PickleEntry(
        .text("a"),
        .list([
          .integer(1), .tuple([2, 3, 4, 5].map { .integer($0) }),
          .dictionary([PickleEntry(.text("b"), .tuple([]))]),
        ])), PickleEntry(.integer(7), .none),
    ]),
    "sets": .set([.integer(3)]), "frozen": .frozenSet([.integer(1)]),
    "len": .name(PickleName("builtins", "len")), "bytearray": .bytes(Array("abc".utf8)),
    "shared": .list([
      .list([.integer(1)]), .list([.integer(1)]), .tuple([.list([.integer(1)])]),
    ]),
    "ordered": .dictionary([
      PickleEntry(.text("b"), .integer(1)), PickleEntry(.text("a"), .integer(2)),
    ]),
  ]

  /// The shape, type and elements in the order of their bytes.
  private static let arrays: [String: ([Int], PickledArray.ElementType, [Double]?)] = [
    "doubles": ([3], .float64, [1.5, -2, 3.25]), "matrix": ([2, 3], .int32, [0, 1, 2, 3, 4, 5]),
    "fortran": ([2, 3], .float64, [0, 3, 1, 4, 2, 5]), "big": ([2], .int64, [1, -2]),
    "flags": ([2], .bool, [1, 0]), "empty": ([0, 3], .float64, []), "zero": ([], .float32, [7.5]),
    "cube": ([2, 2, 2], .float64, [0, 1, 2, 3, 4, 5, 6, 7]), "scalar": ([], .float64, [2.5]),
    "int scalar": ([], .int32, [-3]), "unsigned": ([1], .uint64, nil),
  ]

  private static func cases() throws -> [Vectors.Case] {
    try JSONDecoder().decode(Vectors.self, from: Project.vectors("wire/pickles.json")).cases
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).map { start in
      UInt8(hex.dropFirst(start).prefix(2), radix: 16) ?? 0
    }
  }

  @Test func whatPythonPicklesIsRead() throws {
    let cases = try Self.cases()
    var met: Set<String> = []
    for one in cases {
      met.insert(one.name)
      let value = try PickleReader.value(of: Self.bytes(one.hex))
      let label: Comment = "\(one.name), protocol \(one.protocol)"
      if let expected = Self.plain[one.name] {
        #expect(value == expected, label)
      } else if let (shape, type, numbers) = Self.arrays[one.name], case .array(let array) = value {
        #expect(array.shape == shape && array.type == type && array.numbers == numbers, label)
        #expect(array.isFortran == (one.name == "fortran"), label)
      } else if one.name == "subclass", case .object(let object) = value {
        #expect(object.state != nil, label)
      } else {
        Issue.record("\(label): \(value)")
      }
    }
    #expect(met == Set(Self.plain.keys).union(Self.arrays.keys).union(["subclass"]))
  }

  @Test func valuesSurviveTheWay() throws {
    for (name, value) in Self.plain {
      #expect(try PickleReader.value(of: PickleWriter.pickle(value)) == value, "\(name)")
    }
    for array in [
      PickledArray([1.5, -2]), PickledArray([7, -9, .max]),
      PickledArray(
        shape: [2, 1], type: .float32, isFortran: true, bytes: [0, 0, 128, 63, 0, 0, 0, 64]),
    ] {
      let array = try #require(array)
      #expect(
        try PickleReader.value(of: PickleWriter.pickle(.array(array))) == .array(array))
    }
  }

  @Test func bytesThatDoNotFitTheirShapeAreNoArray() {
    #expect(PickledArray(shape: [2], type: .float64, bytes: [0]) == nil)
    #expect(PickledArray(shape: [-1], type: .int8, bytes: []) == nil)
    #expect(PickledArray(shape: [.max, .max], type: .int8, bytes: []) == nil)
    #expect(PickledArray(shape: [0, .max], type: .int8, bytes: []) != nil)
  }

  @Test func scalarsBecomeThoseOfNumPy() throws {
    let scalars: [(PickledArray.ElementType, [UInt8])] = [
      (.bool, [1]), (.int8, [255]), (.uint16, [1, 2]), (.float32, [0, 0, 128, 63]),
      (.uint64, [UInt8](repeating: 255, count: 8)), (.float64, [0, 0, 0, 0, 0, 0, 248, 127]),
    ]
    for (type, bytes) in scalars {
      let scalar = try #require(PickledArray(shape: [], type: type, bytes: bytes))
      #expect(try PickleReader.value(of: PickleWriter.pickle(.array(scalar))) == .array(scalar))
    }
  }

  private static func refusal(of pickle: [UInt8]) -> WireError.Code? {
    do {
      _ = try PickleReader.value(of: pickle)
      return nil
    } catch {
      return error.code
    }
  }

  /// Bytes of a text of Latin letters and control characters.
  private static func latin(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
  }

  private static let manyReferences = (0..<100_000).flatMap { _ in [0x68, 0] as [UInt8] }

  @Test func aPickleThatHoldsItselfOrRepeatsWithoutEndIsRefused() {
    // l = []; l.append(l)
    #expect(Self.refusal(of: [0x80, 4, 0x5D, 0x94, 0x68, 0, 0x61, 0x2E]) == .malformed)
    // Lists of two references to the list before, sixty times.
    var bomb: [UInt8] = [0x80, 4, 0x5D, 0x94]
    for level in 0..<UInt8(60) { bomb += [0x30, 0x5D, 0x94, 0x28, 0x68, level, 0x68, level, 0x65] }
    #expect(Self.refusal(of: bomb + [0x2E]) == .tooLarge)
    #expect(Self.refusal(of: [0x80, 9, 0x4E, 0x2E]) == .malformed)
  }

  @Test func whatIsReferredToOftenIsMadeOnce() {
    // A tuple of many references to one name, which is taken for a class.
    let tower = Self.latin("\u{80}\u{2}ccopyreg\n__newobj__\nq\0(") + Self.manyReferences
    #expect(Self.refusal(of: tower + Self.latin("tR.")) == nil)
    // A megabyte of bytes as protocol 2 writes them, in a list a hundred thousand times.
    let text = [UInt8](repeating: 97, count: 1 << 20)
    let shared =
      Self.latin("\u{80}\u{2}c_codecs\nencode\nX") + [0, 0, 16, 0] + text
      + Self.latin("X\u{6}\0\0\0latin1\u{86}Rq\00](") + Self.manyReferences
    #expect(Self.refusal(of: shared + Self.latin("e.")) == nil)
  }

  @Test(arguments: [(200, nil), (202, WireError.Code.malformed), (5000, .malformed)])
  func listsWithinListsAreReadToADepth(depth: Int, code: WireError.Code?) {
    var deep: [UInt8] = [0x80, 4]
    deep += [UInt8](repeating: 0x5D, count: depth)
    deep += [UInt8](repeating: 0x61, count: depth - 1)
    #expect(Self.refusal(of: deep + [0x2E]) == code)
  }

  @Test func spoiledPicklesAreReadOrRefused() throws {
    let pickles = try Self.cases().map { Self.bytes($0.hex) }
    var refused = 0
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
    for _ in 0..<100_000 {
      var pickle = pickles[random(pickles.count)]
      for _ in 0...random(3) { pickle[random(pickle.count)] = UInt8(random(256)) }
      if random(10) == 0 { pickle.removeLast(random(pickle.count)) }
      do {
        _ = try PickleReader.value(of: pickle, limit: 10_000)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 10_000 && refused < 95_000)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, "\(RealPython.absence)"))
  func pythonReadsWhatIsWritten() throws {
    let array = try #require(
      PickledArray(
        shape: [2, 2], type: .int32, isFortran: true,
        bytes: [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]))
    let truth = try #require(PickledArray(shape: [], type: .bool, bytes: [1]))
    let plain = Self.plain.map { PickleEntry(.text($0.key), $0.value) }
    let value = PickleValue.dictionary([
      PickleEntry(.text("plain"), .dictionary(plain)), PickleEntry(.text("array"), .array(array)),
      PickleEntry(.text("doubles"), .array(PickledArray([0.5, 2]))),
      PickleEntry(.text("scalar"), .array(truth)),
    ])
    let hex = PickleWriter.pickle(value).map { String(format: "%02x", $0) }.joined()
    let path = Project.file("Tests/Vectors/wire/pickles.json").path
    let lines = try RealPython.lines(
      of: """
        import json, pickle
        v = pickle.loads(bytes.fromhex("\(hex)"))
        cases = json.load(open("\(path)"))["cases"]
        known = {c["name"]: pickle.loads(bytes.fromhex(c["hex"])) for c in cases}
        print(sorted(k for k, x in v["plain"].items() if repr(x) != repr(known[k])))
        print(v["array"].tolist(), v["array"].dtype, v["array"].flags.f_contiguous)
        v["doubles"][0] = 7
        print(v["doubles"].tolist(), repr(v["scalar"]))
        """)
    // An ordered dictionary becomes a dictionary, and an array of bytes becomes bytes.
    #expect(lines[0] == "['bytearray', 'ordered']")
    #expect(lines[1] == "[[1, 3], [2, 4]] int32 True")
    #expect(lines[2] == "[7.0, 2.0] np.True_")
  }
}
