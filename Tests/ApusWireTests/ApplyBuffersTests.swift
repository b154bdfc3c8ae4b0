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

  @Test func requestsSurviveTheWay() throws {
    let request = ApplyBuffers(
      PickleName("numpy", "sum"),
      [.array(Self.big), .list([.array(Self.big), .none]), .text("x")],
      keywords: [("z", .integer(1)), ("axis", .array(Self.big))])
    let buffers = request.buffers
    #expect(buffers.count == 2 + 5 + 3)
    #expect(try ApplyBuffers(buffers) == request)
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
    #expect(refused > 1000)
  }
}
