// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusJobServer

/// One connection of a client of Parallel Python.
@Suite struct SessionTests {
  private static let nonce = Array("abcdefghijklmnop".utf8)

  private func session(longest: Int = 1000) -> Session {
    var terms = Session.Terms(version: "1.7.8", secret: Array("s".utf8))
    terms.longestFrame = longest
    return Session(terms, nonce: Self.nonce, packages: 500, now: Instant())
  }

  /// What is sent, asked and done, in words.
  private func words(_ actions: [Session.Action]) -> [String] {
    actions.map { action in
      switch action {
      case .send(let bytes): "send \(String(decoding: bytes, as: UTF8.self))"
      case .authenticated: "authenticated"
      case .statistics(let isFirst): isFirst ? "workers" : "time"
      case .submit(let job):
        "job \(String(decoding: job.package.bytes + job.arguments, as: UTF8.self))"
      case .close(let reason): "close: \(reason ?? "")"
      }
    }
  }

  private func hear(_ payloads: String..., by session: inout Session, at time: Instant = Instant())
    -> [String]
  {
    words(session.heard(payloads.flatMap { FrameReader.frame(Array($0.utf8)) }, now: time))
  }

  private func logIn(_ session: inout Session) {
    let digest = Digests.sha1Text(Self.nonce + Array("s".utf8))
    #expect(
      words(session.heard(FrameReader.frame(digest), now: Instant())) == [
        "send OK", "authenticated",
      ])
  }

  @Test func digestsAreThoseOfPython() {
    #expect(
      String(decoding: Digests.md5Text(Array("ok".utf8)), as: UTF8.self)
        == "444bcb3a3fcf8389296c49467f27e1d6")
    #expect(
      String(decoding: Digests.sha1Text(Array("abc".utf8)), as: UTF8.self)
        == "a9993e364706816aba3e25717850c26c9cd0d89d")
  }

  @Test func itSpeaksFirstAndRefusesAWrongSecret() {
    var session = session()
    #expect(session.greeting == [Array("1.7.8".utf8), Self.nonce])
    let wrong = hear(String(repeating: "0", count: 40), by: &session)
    #expect(wrong == ["send FAILED", "close: it does not know the secret"])
    #expect(hear("EXEC", by: &session) == [] && !session.isAuthenticated)
  }

  @Test func oneJobIsAtWorkAtATimeAndOthersWaitInOrder() {
    var session = session()
    logIn(&session)
    #expect(hear("EXEC", "Nf", "1", "Nf", "2", by: &session) == ["job f1"])
    #expect(session.deadline == nil, "it waits for the server")
    let second = words(session.answered(Array("one".utf8), now: Instant()))
    #expect(second == ["send one", "job f2"])
    #expect(words(session.answered(Array("two".utf8), now: Instant())) == ["send two"])
    let name = String(decoding: Digests.md5Text(Array("f".utf8)), as: UTF8.self)
    #expect(hear("H" + name, "3", by: &session) == ["job f3"])
  }

  @Test func statisticsBeginWithTheWorkers() {
    var session = session()
    logIn(&session)
    #expect(hear("STAT", "TIME", "x", by: &session) == ["workers", "time", "time"])
  }

  @Test func whatItDoesNotKnowEndsIt() {
    for frames in [["STAY"], ["EXEC", "H0", "1"], ["EXEC", "?"], ["EXEC", ""]] {
      var session = session()
      logIn(&session)
      var said: [String] = []
      for frame in frames { said += hear(frame, by: &session) }
      #expect(said.count == 1 && said[0].hasPrefix("close: "), "\(frames)")
    }
  }

  @Test func framesHaveALimitBeforeTheirBytesAreThere() {
    var stranger = session()
    let long = stranger.heard([0, 0, 0, 0, 0, 0, 1, 1], now: Instant())
    #expect(words(long) == ["close: a frame of 257 bytes, of at most 256"])
    var client = session(longest: 300)
    logIn(&client)
    #expect(hear("EXEC", by: &client) == [])
    let longer = client.heard([255, 255, 255, 255, 255, 255, 255, 255], now: Instant())
    #expect(words(longer) == ["close: a frame of 18446744073709551615 bytes, of at most 300"])
  }

  @Test func functionsHaveALimitTogether() {
    var session = session()
    logIn(&session)
    #expect(hear("EXEC", "N" + String(repeating: "a", count: 300), "1", by: &session).count == 1)
    _ = session.answered([], now: Instant())
    let second = hear("N" + String(repeating: "b", count: 300), by: &session)
    #expect(second == ["close: its functions have more than 500 bytes"])
  }

  @Test func aSilentConnectionEnds() {
    var stranger = session()
    #expect(stranger.deadline == Instant() + .seconds(10))
    #expect(stranger.timePassed(now: Instant() + .seconds(9)).isEmpty)
    #expect(words(stranger.timePassed(now: Instant() + .seconds(10))).count == 1)
    var client = session()
    logIn(&client)
    #expect(hear("EXEC", by: &client, at: Instant() + .seconds(5)) == [])
    #expect(client.deadline == Instant() + .seconds(3605))
  }

  @Test func framesComeInAnyPieces() throws {
    let payloads = (0..<50).map { [UInt8](repeating: UInt8($0), count: $0 * 7) }
    let bytes = payloads.flatMap { FrameReader.frame($0) }
    for size in [1, 2, 3, 7, 8, 9, 1000, bytes.count] {
      var reader = FrameReader()
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        reader.append(Array(bytes[start..<min(bytes.count, start + size)]))
        while let frame = try reader.next(limit: 1000) { found.append(frame) }
      }
      #expect(found == payloads && reader.count == 0)
    }
  }
}
