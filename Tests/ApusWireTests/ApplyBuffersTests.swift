// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Foundation
import TestSupport
import Testing

/// The buffers of apply requests, as ipyparallel writes and reads them.
@Suite struct ApplyBuffersTests {
  private static let big = PickledArray((0..<200).map { Double($0) })

  private static func vectors() throws -> [String: [[UInt8]]] {
    let all = try JSONDecoder().decode(
      [String: [String]].self, from: Project.vectors("wire/apply.json"))
    return all.mapValues { parts in
      parts.map { hex in
        stride(from: 0, to: hex.utf8.count, by: 2).map { start in
          UInt8(hex.dropFirst(start).prefix(2), radix: 16) ?? 0
        }
      }
    }
  }

  @Test func requestsOfThePythonClientAreRead() throws {
    let vectors = try Self.vectors()
    let push = try ApplyBuffers(#require(vectors["push"]))
    #expect(push.functionName == PickleName("ipyparallel.util", "_push"))
    #expect(push.arguments.isEmpty && push.keywords.map(\.name) == ["a", "b"])
    #expect(push.keywords.map(\.value) == [.integer(1), .array(Self.big)])

    let pull = try ApplyBuffers(#require(vectors["pull"]))
    #expect(pull.functionName == PickleName("ipyparallel.util", "_pull"))
    #expect(pull.arguments == [.text("a")])

    let many = try ApplyBuffers(#require(vectors["many"]))
    #expect(many.functionName == PickleName("builtins", "len"))
    let small = PickledArray([0, 1, 2])
    let square = try #require(
      PickledArray(shape: [10, 20], type: .float64, bytes: Self.big.bytes))
    #expect(
      many.arguments == [
        .list([.integer(1), .array(Self.big), .text("x")]),
        .dictionary([
          PickleEntry(.text("k"), .array(small)), PickleEntry(.text("z"), .array(Self.big)),
        ]), .array(square), .bytes([UInt8](repeating: 113, count: 2000)), .none,
      ])
    #expect(many.keywords.map(\.value) == [.tuple([.array(Self.big)])])

    let own = try ApplyBuffers(#require(vectors["own"]))
    #expect(own.functionName?.name == "plain" && own.arguments == [.integer(3)])
  }

  @Test func whatIsNoPlainDataIsDescribedAndTheRestIsRead() throws {
    let vectors = try Self.vectors()
    let sets = try ApplyBuffers(#require(vectors["sets"]))
    let long = PickleValue.bytes([UInt8](repeating: 113, count: 2000))
    #expect(sets.arguments == [.set([long]), .set([.bytes([97])])])
    let ordered = try ApplyBuffers(#require(vectors["ordered"]))
    let entries = [
      PickleEntry(.text("b"), .integer(1)), PickleEntry(.text("a"), .integer(2)),
    ]
    #expect(ordered.arguments == [.dictionary(entries)])
    let keys = try ApplyBuffers(#require(vectors["keys"]))
    let part = PickledArray((0..<150).map { Double($0) })
    let byIntegers = [
      PickleEntry(.integer(-1), .array(part)), PickleEntry(.integer(7), .array(Self.big)),
    ]
    #expect(keys.arguments.last == .dictionary(byIntegers))
    let partial = try ApplyBuffers(#require(vectors["partial"]))
    #expect(partial.functionName == nil && partial.arguments.count == 1)
    let structured = try ApplyBuffers(#require(vectors["structured"]))
    let empty = try #require(PickledArray(shape: [0, 3], type: .float64, bytes: []))
    #expect(structured.arguments.count == 3 && structured.arguments[1] == .array(empty))
    #expect(structured.arguments[2].number == 2.5)
  }

  @Test func requestsSurviveTheWay() throws {
    let request = ApplyBuffers(
      PickleName("numpy", "sum"),
      [.array(Self.big), .list([.array(Self.big), .none]), .text("x")],
      keywords: [("z", .integer(1)), ("axis", .array(Self.big))])
    let buffers = request.buffers
    #expect(buffers.count == 2 + 5 + 3)
    #expect(try ApplyBuffers(buffers) == request)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, "\(RealPython.absence)"))
  func ipyparallelReadsWhatIsWritten() throws {
    let other = PickledArray((0..<200).map { Double(-$0) })
    let byNumbers = [
      PickleEntry(.number(2.5), .array(Self.big)), PickleEntry(.number(1.5), .array(other)),
    ]
    let byTexts = [
      PickleEntry(.text("b"), .array(Self.big)), PickleEntry(.text("a"), .array(other)),
    ]
    let request = ApplyBuffers(
      PickleName("builtins", "len"),
      [.dictionary(byNumbers), .dictionary(byTexts), .tuple([.array(other), .text("x")])],
      keywords: [("z", .array(Self.big)), ("a", .none)])
    // What was read is written again, with a function that only Python knows.
    let own = try ApplyBuffers(#require(try Self.vectors()["own"]))
    let hex = [request, own].map { request in
      request.buffers.map { $0.map { String(format: "%02x", $0) }.joined() }
    }
    let lines = try RealPython.lines(
      of: """
        from ipyparallel.serialize import unpack_apply_message
        f, args, kwargs = unpack_apply_message([bytes.fromhex(b) for b in \(hex[0])])
        print(f is len, [sorted((k, float(v[1])) for k, v in d.items()) for d in args[:2]])
        print(float(args[2][0][1]), args[2][1], float(kwargs["z"][1]), kwargs["a"])
        f, args, kwargs = unpack_apply_message([bytes.fromhex(b) for b in \(hex[1])])
        print(f(*args), kwargs)
        """)
    #expect(lines[0] == "True [[(1.5, -1.0), (2.5, 1.0)], [('a', -1.0), ('b', 1.0)]]")
    #expect(lines[1] == "-1.0 x 1.0 None" && lines[2] == "3 {}")
  }

  @Test func missingAndSpoiledBuffersAreRefused() throws {
    for (_, buffers) in try Self.vectors() {
      for count in 0..<buffers.count {
        #expect(throws: WireError.self) { try ApplyBuffers(Array(buffers[..<count])) }
      }
      #expect(throws: WireError.self) { try ApplyBuffers(buffers + [[0x4E, 0x2E]]) }
    }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
    let all = Array(try Self.vectors().values)
    var refused = 0
    for _ in 0..<20_000 {
      var buffers = all[random(all.count)]
      let part = random(buffers.count)
      if !buffers[part].isEmpty { buffers[part][random(buffers[part].count)] = UInt8(random(256)) }
      do {
        _ = try ApplyBuffers(buffers)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1000 && refused < 19_000)
  }
}
