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
    "sets": .set([.integer(3)]), "bytearray": .bytes(Array("abc".utf8)),
    "shared": .list([
      .list([.integer(1)]), .list([.integer(1)]), .tuple([.list([.integer(1)])]),
    ]),
    "function": .name(PickleName("builtins", "len")),
    "ordered": .dictionary([PickleEntry(.text("a"), .integer(1))]),
  ]

  private static let arrays: [String: (shape: [Int], numbers: [Double]?, isFortran: Bool)] = [
    "doubles": ([3], [1.5, -2, 3.25], false), "matrix": ([2, 3], [0, 1, 2, 3, 4, 5], false),
    "fortran": ([2, 3], [0, 3, 1, 4, 2, 5], true), "big": ([2], [1, -2], false),
    "flags": ([2], [1, 0], false), "empty": ([0, 3], [], false), "zero": ([], [7.5], false),
    "scalar": ([], [2.5], false), "int scalar": ([], [-3], false), "unsigned": ([1], nil, false),
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
    #expect(cases.count > 90)
    for one in cases {
      let value = try PickleReader.value(of: Self.bytes(one.hex))
      if let expected = Self.plain[one.name] {
        #expect(value == expected, "\(one.name), protocol \(one.protocol)")
      } else if let expected = Self.arrays[one.name] {
        guard case .array(let array) = value else {
          Issue.record("\(one.name), protocol \(one.protocol): \(value)")
          continue
        }
        #expect(array.shape == expected.shape && array.numbers == expected.numbers)
        #expect(array.isFortran == expected.isFortran, "\(one.name), protocol \(one.protocol)")
      } else {
        Issue.record("\(one.name) is expected to be nothing")
      }
    }
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

  @Test func aPickleThatHoldsItselfOrRepeatsWithoutEndIsRefused() {
    // l = []; l.append(l)
    let own: [UInt8] = [0x80, 4, 0x5D, 0x94, 0x68, 0, 0x61, 0x2E]
    #expect(throws: WireError.self) { try PickleReader.value(of: own) }
    // Lists of two references to the list before, sixty times.
    var bomb: [UInt8] = [0x80, 4, 0x5D, 0x94]
    for level in 0..<UInt8(60) { bomb += [0x5D, 0x94, 0x28, 0x68, level, 0x68, level, 0x65] }
    bomb += [0x2E]
    let error = #expect(throws: WireError.self) { try PickleReader.value(of: bomb, limit: 100_000) }
    #expect(error != nil)
    let deep =
      [0x80, 4] + [UInt8](repeating: 0x5D, count: 5000)
      + [UInt8](repeating: 0x61, count: 4999) + [0x2E]
    #expect(throws: WireError.self) { try PickleReader.value(of: deep) }
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
    #expect(refused > 10_000)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, "\(RealPython.absence)"))
  func pythonReadsWhatIsWritten() throws {
    let array = try #require(
      PickledArray(
        shape: [2, 2], type: .int32, isFortran: true,
        bytes: [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]))
    let value = PickleValue.dictionary([
      PickleEntry(
        .text("plain"),
        .list(Self.plain.keys.sorted().filter { $0 != "function" }.compactMap { Self.plain[$0] })),
      PickleEntry(.text("array"), .array(array)),
      PickleEntry(.text("doubles"), .array(PickledArray([0.5, 2]))),
    ])
    let hex = PickleWriter.pickle(value).map { String(format: "%02x", $0) }.joined()
    let lines = try RealPython.lines(
      of: """
        import pickle
        v = pickle.loads(bytes.fromhex("\(hex)"))
        print([len(x) if hasattr(x, "__len__") else x for x in v["plain"]])
        print(v["array"].tolist(), v["array"].dtype, v["array"].flags.f_contiguous)
        v["doubles"][0] = 7
        print(v["doubles"].tolist(), v["plain"][2], v["plain"][3])
        """)
    #expect(lines[0] == "[3, 3, 12, 3, 2, None, 4, 1, 1, 3, 4, 2]")
    #expect(lines[1] == "[[1, 3], [2, 4]] int32 True")
    #expect(lines[2].hasPrefix("[7.0, 2.0] [0, 255, 256, 65535"))
  }
}
