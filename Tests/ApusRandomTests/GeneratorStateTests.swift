// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Foundation
import TestSupport
import Testing

/// Saved states: round trips within Apus, and NumPy continuing an Apus stream and vice versa.
@Suite struct GeneratorStateTests {
  /// Draws so that half a word and, for block generators, part of a block are left over.
  private func used<Generator: BitGenerator>(_ generator: Generator) -> Generator {
    var generator = generator
    for _ in 0..<5 { _ = generator.nextUInt32() }
    for _ in 0..<6 { _ = generator.uniform() }
    return generator
  }

  private func checkRoundTrip<Generator: BitGenerator & Codable>(_ generator: Generator) throws {
    var original = used(generator)
    var copy = try JSONDecoder().decode(Generator.self, from: JSONEncoder().encode(original))
    #expect((0..<9).allSatisfy { _ in copy.nextUInt32() == original.nextUInt32() })
    #expect((0..<700).allSatisfy { _ in copy.next() == original.next() })
  }

  @Test func everyGeneratorComesBackFromJSON() throws {
    let sequence = SeedSequence(12)
    try checkRoundTrip(Philox4x64(sequence))
    try checkRoundTrip(PCG64(sequence))
    try checkRoundTrip(PCG64DXSM(sequence))
    try checkRoundTrip(SFC64(sequence))
    try checkRoundTrip(MT19937(sequence))
    try checkRoundTrip(MT19937(legacySeed: 12))
    try checkRoundTrip(Xoshiro256StarStar(sequence))
    try checkRoundTrip(Philox4x32(sequence))
    try checkRoundTrip(Threefry4x64(sequence))
    try checkRoundTrip(Threefry4x32(sequence))
    try checkRoundTrip(MRG32k3a(setSeed: 12))
    try checkRoundTrip(RMersenneTwister(setSeed: 12))
  }

  @Test func aSavedPhiloxGoesOnHandingOutNewSubstreams() throws {
    var original = Philox4x64(SeedSequence(1))
    _ = original.substreams()
    var copy = try JSONDecoder().decode(Philox4x64.self, from: JSONEncoder().encode(original))
    #expect(copy.substreams().origin == original.substreams().origin)
  }

  @Test func theKeptNormalOfTheLegacyInterfaceIsSaved() throws {
    var original = RandomState(seed: 3)
    _ = original.normal()
    var copy = try JSONDecoder().decode(RandomState.self, from: JSONEncoder().encode(original))
    #expect((0..<9).allSatisfy { _ in copy.normal() == original.normal() })
  }

  @Test(arguments: [
    #"{}"#, #"{"bit_generator": "PCG64"}"#,
    #"{"bit_generator": "Philox", "state": {"state": 1, "inc": 3}}"#,
    #"{"bit_generator": "PCG64", "state": {"state": 1, "inc": 2}}"#,
    #"{"bit_generator": "PCG64", "state": {"state": -1, "inc": 3}}"#,
    #"{"bit_generator": "PCG64", "state": {"state": 1e40, "inc": 3}}"#,
  ])
  func aWrongStateIsRefused(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(PCG64.self, from: Data(text.utf8))
    }
  }

  @Test func otherWrongStatesAreRefused() {
    func refuses<Generator: Decodable>(_: Generator.Type, _ text: String) {
      #expect(throws: DecodingError.self, "\(text)") {
        try JSONDecoder().decode(Generator.self, from: Data(text.utf8))
      }
    }
    let zeros = "[" + [String](repeating: "0", count: 624).joined(separator: ",") + "]"
    refuses(MT19937.self, #"{"bit_generator": "MT19937", "state": {"key": [1], "pos": 0}}"#)
    refuses(MT19937.self, #"{"bit_generator": "MT19937", "state": {"key": \#(zeros), "pos": 0}}"#)
    refuses(
      MT19937.self,
      #"{"bit_generator": "MT19937", "state": {"key": \#(zeros.replacing("[0", with: "[2147483648")), "pos": 625}}"#
    )
    refuses(SFC64.self, #"{"bit_generator": "SFC64", "state": {"state": [1, 2, 3]}}"#)
    refuses(
      Philox4x64.self,
      #"{"bit_generator": "Philox", "state": {"counter": [0, 0, 0, 0], "key": [1]}}"#)
    refuses(
      Philox4x64.self,
      #"{"bit_generator": "Philox", "state": {"counter": [0,0,0,0], "key": [1,2]}, "buffer_pos": 5}"#
    )
    refuses(MRG32k3a.self, #"{"bit_generator": "MRG32k3a", "state": {"state": [0,0,0,1,1,1]}}"#)
    refuses(
      MRG32k3a.self, #"{"bit_generator": "MRG32k3a", "state": {"state": [4294967087,0,0,1,1,1]}}"#)
  }

  private static let names = ["Philox", "PCG64", "PCG64DXSM", "SFC64", "MT19937"]

  private func apusState(_ name: String) throws -> (json: String, next: [String]) {
    func saved<Generator: BitGenerator & Codable>(_ fresh: Generator) throws -> (String, [String]) {
      var generator = used(fresh)
      let json = String(decoding: try JSONEncoder().encode(generator), as: UTF8.self)
      let integers = (0..<3).map { _ in "\(generator.integer(in: 0...99))" }
      return (json, integers + (0..<5).map { _ in Hexadecimal.text(generator.normal()) })
    }
    let sequence = SeedSequence(77)
    switch name {
    case "Philox": return try saved(Philox4x64(sequence))
    case "PCG64": return try saved(PCG64(sequence))
    case "PCG64DXSM": return try saved(PCG64DXSM(sequence))
    case "SFC64": return try saved(SFC64(sequence))
    default: return try saved(MT19937(sequence))
    }
  }

  private func draws(_ name: String, after json: String) throws -> [String] {
    func drawn<Generator: BitGenerator & Codable>(_: Generator.Type) throws -> [String] {
      var generator = try JSONDecoder().decode(Generator.self, from: Data(json.utf8))
      let integers = (0..<3).map { _ in "\(generator.integer(in: 0...99))" }
      return integers + (0..<5).map { _ in Hexadecimal.text(generator.normal()) }
    }
    switch name {
    case "Philox": return try drawn(Philox4x64.self)
    case "PCG64": return try drawn(PCG64.self)
    case "PCG64DXSM": return try drawn(PCG64DXSM.self)
    case "SFC64": return try drawn(SFC64.self)
    default: return try drawn(MT19937.self)
    }
  }

  @Test(
    .enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)),
    arguments: names)
  func numPyContinuesAnApusStream(name: String) throws {
    let (json, next) = try apusState(name)
    let program = """
      import json, numpy
      bits = numpy.random.\(name)(1)
      bits.state = json.loads('\(json)')
      rng = numpy.random.Generator(bits)
      for v in rng.integers(0, 100, 3): print(v)
      for v in rng.standard_normal(5): print('%016x' % v.view(numpy.uint64))
      """
    #expect(try RealPython.lines(of: program) == next)
  }

  @Test(
    .enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)),
    arguments: names)
  func apusContinuesANumPyStream(name: String) throws {
    let program = """
      import json, numpy
      rng = numpy.random.Generator(numpy.random.\(name)(5))
      rng.integers(0, 10, 3); rng.random(6)
      print(json.dumps(rng.bit_generator.state, default=lambda array: array.tolist()))
      for v in rng.integers(0, 100, 3): print(v)
      for v in rng.standard_normal(5): print('%016x' % v.view(numpy.uint64))
      """
    let lines = try RealPython.lines(of: program)
    #expect(try draws(name, after: lines[0]) == Array(lines.dropFirst()))
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func theLegacyInterfaceGoesBothWays() throws {
    var state = RandomState(seed: 9)
    _ = state.normal()
    let json = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    let program = """
      import json, numpy
      a = numpy.random.RandomState(1)
      a.set_state(json.loads('\(json)'))
      for v in a.normal(size=4): print('%016x' % v.view(numpy.uint64))
      print(json.dumps(a.get_state(legacy=False), default=lambda array: array.tolist()))
      for v in a.normal(size=4): print('%016x' % v.view(numpy.uint64))
      """
    let lines = try RealPython.lines(of: program)
    #expect(lines[..<4].elementsEqual((0..<4).map { _ in Hexadecimal.text(state.normal()) }))
    var back = try JSONDecoder().decode(RandomState.self, from: Data(lines[4].utf8))
    #expect(lines[5...].elementsEqual((0..<4).map { _ in Hexadecimal.text(back.normal()) }))
  }
}
