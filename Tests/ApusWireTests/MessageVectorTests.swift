// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Foundation
import TestSupport
import Testing

/// Tests with messages made by Jupyter's own library, in all signature schemes.
@Suite struct MessageVectorTests {
  struct Vector: Decodable {
    let scheme: String
    let key: String
    let frames: [String]
    let id: String
    let type: String
    let session: String
    let parent: String
    let date: String

    enum CodingKeys: String, CodingKey {
      case scheme, key, frames, session, parent, date
      case id = "msg_id"
      case type = "msg_type"
    }
  }

  struct Document: Decodable { let messages: [Vector] }

  static let vectors: [Vector] = {
    let data = try? Project.vectors("wire/messages.json")
    return data.flatMap { try? JSONDecoder().decode(Document.self, from: $0).messages } ?? []
  }()

  private func bytes(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  @Test func thereAreVectors() { #expect(Self.vectors.count == 24) }

  @Test(arguments: vectors.indices) func everyMessageIsAcceptedAndUnderstood(_ index: Int) throws {
    let vector = Self.vectors[index]
    let signer = try MessageSigner(key: bytes(vector.key), scheme: vector.scheme)
    let (identities, message) = try WireMessage.read(vector.frames.map(bytes), signer: signer)
    #expect(identities == [Array("\0abcd".utf8)])
    let header = try MessageHeader(message.header.span)
    #expect(header.id == MessageID(vector.id))
    #expect(header.type.rawValue == vector.type)
    #expect(header.session == vector.session)
    #expect(header.date == WireDate(vector.date))
    #expect(try MessageHeader.id(message.parent.span) == MessageID(vector.parent))
    let metadata = try ReplyMetadata(message.metadata.span)
    #expect(
      metadata.engine == EngineID("e") && metadata.status == .error && !metadata.areDependenciesMet)
    #expect(try JSONValue(message.content)["evalue"] == "'ä\n\"\\'")
    // The same bytes are signed the same way.
    #expect(signer.sign(message.signedFrames) == bytes(vector.frames[2]))
  }

  @Test(arguments: vectors.indices) func oneWrongBitIsRefused(_ index: Int) throws {
    let vector = Self.vectors[index]
    let signer = try MessageSigner(key: bytes(vector.key), scheme: vector.scheme)
    for place in 2..<vector.frames.count {
      var frames = vector.frames.map(bytes)
      frames[place][frames[place].count / 2] ^= 1
      #expect(throws: WireError.self) { try WireMessage.read(frames, signer: signer) }
    }
    let other = try MessageSigner(key: Array("another".utf8), scheme: vector.scheme)
    #expect(throws: WireError.self) {
      try WireMessage.read(vector.frames.map(bytes), signer: other)
    }
  }

  @Test func shorterMessagesAreNone() throws {
    let vector = try #require(Self.vectors.first)
    let signer = try MessageSigner(key: bytes(vector.key), scheme: vector.scheme)
    for count in 0..<vector.frames.count {
      let frames = vector.frames.prefix(count).map(bytes)
      let error = #expect(throws: WireError.self) { try WireMessage.read(frames, signer: signer) }
      #expect(error?.code == .notAMessage)
    }
  }

  @Test func anEmptyKeySignsNothing() throws {
    let signer = try MessageSigner(key: [])
    let message = WireMessage(header: Array("{}".utf8))
    let frames = message.frames(signer: signer)
    #expect(frames[1].isEmpty)
    #expect(try WireMessage.read(frames, signer: signer).message == message)
  }

  @Test func unknownSchemesSayWhatToUse() {
    for scheme in ["hmac-nothing", "sha256", "hmac-", "hmac-shake_128"] {
      let error = #expect(throws: WireError.self) { try MessageSigner(key: [1], scheme: scheme) }
      #expect(error?.message.contains("hmac-sha256") ?? false)
    }
  }

  @Test func aSignatureIsAcceptedOnce() {
    var history = ReplayHistory()
    let first = [history.insert([1]), history.insert([1])]
    #expect(first == [true, false])
    let others = (0..<ReplayHistory.longest).filter { !history.insert(Array("\($0)".utf8)) }
    #expect(others.isEmpty)
    let later = [history.insert([1]), history.insert(Array("\(ReplayHistory.longest - 1)".utf8))]
    #expect(later == [true, false], "the oldest is forgotten")
  }
}
