// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

/// Tests of the scanner of JSON objects, and of JSON text and values.
@Suite struct JSONTests {
  private func members(_ text: String) throws -> [String: String] {
    let bytes = Array(text.utf8)
    let span = bytes.span
    var scanner = try JSONMembers(span)
    var found: [String: String] = [:]
    while let member = try scanner.next(span) {
      let key = String(decoding: bytes[member.key], as: UTF8.self)
      found[key] = String(decoding: bytes[member.value], as: UTF8.self)
    }
    return found
  }

  @Test func membersAreFoundWithTheirValues() throws {
    let found = try members(#" { "a" : "x\"}" , "b":[1,{"c":"]"}],"c":-1.5e3 ,"d":null,"e":{}} "#)
    #expect(
      found == ["a": #""x\"}""#, "b": #"[1,{"c":"]"}]"#, "c": "-1.5e3", "d": "null", "e": "{}"])
    #expect(try members("{}").isEmpty)
  }

  @Test func whatIsNoObjectIsRefused() {
    for text in [
      "", " ", "[]", "1", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,",
      "{\"a\":1,}",
      "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":\"x}", "{\"a\":[1}", "{}x", "{\"a\":\"\\",
      "{\"a\":" + String(repeating: "[", count: 300), "{,}",
    ] {
      #expect(throws: WireError.self, "\(text.prefix(20))") { try members(text) }
    }
  }

  @Test func everyPieceOfAHeaderIsRefusedOrRead() throws {
    let header = Array(
      #"{"msg_id":"a_1_2","msg_type":"apply_request","session":"s","date":"2026-11-26T22:24:01Z"}"#
        .utf8)
    #expect(try MessageHeader(header.span).id == MessageID("a_1_2"))
    for end in 0..<header.count {
      let piece = Array(header[..<end])
      #expect(throws: WireError.self) { try MessageHeader(piece.span) }
    }
  }

  @Test func headersNeedNamesOfUsefulLength() {
    let long = String(repeating: "x", count: MessageID.longest + 1)
    for text in [
      #"{"msg_id":"a"}"#, #"{"msg_type":"a"}"#, #"{"msg_id":1,"msg_type":"a"}"#,
      #"{"msg_id":"\#(long)","msg_type":"a"}"#,
    ] {
      let bytes = Array(text.utf8)
      #expect(throws: WireError.self) { try MessageHeader(bytes.span) }
    }
  }

  @Test func escapesInTextsAreRead() throws {
    let bytes = Array(#"{"msg_id":"\u00e4\n","msg_type":"t"}"#.utf8)
    #expect(try MessageHeader(bytes.span).id.text == "ä\n")
  }

  @Test func replacedMembersLeaveTheRestAsItIs() throws {
    let bytes = Array(#"{"x": 1.50, "msg_id": "a",  "y":[ ]}"#.utf8)
    let changed = try JSONText.object(bytes, replacing: [("msg_id", .string("b\""))])
    #expect(String(decoding: changed, as: UTF8.self) == #"{"x": 1.50, "msg_id": "b\"",  "y":[ ]}"#)
  }

  @Test func valuesSurviveTheWayThroughText() throws {
    let value: JSONValue = [
      "a": [1, 2, .number(0.5)], "b": "\u{1}\"\\ä", "c": .null, "d": true, "e": ["f": [:]],
    ]
    #expect(try JSONValue(JSONText(value).bytes) == value)
    #expect(throws: WireError.self) { try JSONValue(json: "{") }
  }
}
