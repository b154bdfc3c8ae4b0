// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import TestSupport
import Testing

/// Tests of connection files against files written by IPython Parallel 9.2.
@Suite struct ConnectionFileTests {
  private func bytes(_ side: ConnectionFile.Side) throws -> [UInt8] {
    Array(try Project.vectors("wire/" + ConnectionFile.name(side, clusterID: "")))
  }

  @Test(arguments: ConnectionFile.Side.allCases)
  func filesOfThePeerAreReadAndWrittenTheSame(_ side: ConnectionFile.Side) throws {
    let original = try bytes(side)
    let file = try ConnectionFile(original, side: side)
    #expect(file.location == "host.example")
    #expect(file.broadcastPorts == (side == .engine ? [38955, 58641] : []))
    // The peer spreads a list of ports over several lines.
    let theirs = String(decoding: original, as: UTF8.self).filter { !$0.isWhitespace }
    #expect(file.text.filter { !$0.isWhitespace } == theirs)
    #expect(try ConnectionFile(Array(file.text.utf8), side: side) == file)
  }

  @Test func namesCarryTheClusterID() {
    #expect(ConnectionFile.name(.client, clusterID: "") == "ipcontroller-client.json")
    #expect(ConnectionFile.name(.engine, clusterID: "a1") == "ipcontroller-a1-engine.json")
  }

  @Test func whatIsMissingIsNamed() throws {
    let whole = try JSONValue(bytes(.client))
    for key in ["key", "registration", "task", "task_scheme", "pack", "location", "interface"] {
      var members = try #require(whole.object)
      members[key] = nil
      let text = JSONText(.object(members)).bytes
      let error = #expect(throws: WireError.self) { try ConnectionFile(text, side: .client) }
      #expect(error?.message.contains("'\(key)'") ?? false)
    }
  }

  @Test func otherPackingsAreRefusedAndOrjsonIsNot() throws {
    var members = try #require(try JSONValue(bytes(.client)).object)
    members["pack"] = "pickle"
    let refused = JSONText(.object(members)).bytes
    let error = #expect(throws: WireError.self) { try ConnectionFile(refused, side: .client) }
    #expect(error?.message.contains("pickle") ?? false)
    members["pack"] = "orjson"
    members["unpack"] = "orjson"
    #expect(throws: Never.self) {
      try ConnectionFile(JSONText(.object(members)).bytes, side: .client)
    }
  }

  @Test func addressesFollowTheLocationWhereAllAreListenedAt() throws {
    var file = try ConnectionFile(bytes(.client), side: .client)
    #expect(file.address(port: 5) { _ in false } == "tcp://127.0.0.1:5")
    for interface in ["tcp://*", "tcp://0.0.0.0"] {
      file.interface = interface
      #expect(file.address(port: 5) { $0 == "host.example" } == "tcp://127.0.0.1:5")
      #expect(file.address(port: 5) { _ in false } == "tcp://host.example:5")
    }
    file.interface = "ipc:///tmp/x"
    #expect(file.address(port: 5) { _ in false } == "ipc:///tmp/x:5")
  }
}
