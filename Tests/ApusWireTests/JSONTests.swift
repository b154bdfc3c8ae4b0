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

  @Test func valuesAreReadAsTheyAreWritten() throws {
    let text =
      #" {"a":[-0,1.5e-3,12345678901234567168,9223372036854775807,true,[ ],{}],"b":"\/\ud83d\ude00"} "#
    let expected: JSONValue = [
      "a": [
        0, .number(1.5e-3), .number(12_345_678_901_234_567_168), .integer(.max), true, [], [:],
      ], "b": "/😀",
    ]
    #expect(try JSONValue(json: text) == expected)
    #expect(try JSONValue(json: #"{"a":1,"a":2}"#) == ["a": 2], "the last one counts")
  }

  @Test func whatIsNoJSONIsRefused() {
    for text in [
      "", " ", "{", "[", "[1", "[1,", "[,]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}",
      "01", "1.", ".5", "-", "+1", "1e", "1e+", "tru", "nul", "NaN", "Infinity", "\"", "\"\\x\"",
      "\"\\u12\"", "\"\\u12g4\"", "\"\t\"", "1 2", "[1]]", "{]", "[}", "{\"a\":1 \"b\":2}", "'a'",
      ":",
      "\"a\":1",
    ] {
      #expect(throws: WireError.self, "\(text)") { try JSONValue(json: text) }
      #expect(throws: WireError.self, "\(text)") { try JSONText(checking: Array(text.utf8)) }
    }
  }

  @Test func nestingAndNumbersOfValuesAreLimited() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      Array(
        (String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      _ = try JSONValue(nested(JSONTokens.deepest, open, close))
      for depth in [JSONTokens.deepest + 1, 500, 6000, 1_000_000] {
        let deep = nested(depth, open, close)
        #expect(throws: WireError.self) { try JSONValue(deep) }
        #expect(throws: WireError.self) { try JSONText(checking: deep) }
      }
    }
    let many = "[" + String(repeating: "[],", count: JSONValue.maximumCount / 2) + "0]"
    #expect(throws: WireError.self) { try JSONValue(json: many) }
    _ = try JSONText(checking: Array(many.utf8))
    let long = String(repeating: "1", count: JSONValue.longestNumber + 1)
    #expect(throws: WireError.self) { try JSONValue(json: long) }
    let zeros = "[" + String(repeating: "0,", count: 300_000) + "0]"
    #expect(try JSONValue(json: zeros).array?.count == 300_001)
  }

  @Test func bytesThatAreNotUTF8AreKeptAndShownAsReplacementCharacters() throws {
    let bytes: [UInt8] = Array(#"["caf"#.utf8) + [0xE9] + Array(#"","\udce9"]"#.utf8)
    let text = try JSONText(checking: bytes)
    #expect(text.bytes == bytes)
    #expect(try JSONValue(bytes).array?.first == "caf\u{FFFD}")
    #expect(text.asUTF8.description == #"["caf\udce9","\udce9"]"#)
    #expect(JSONText(trusted: Array("\"é😀\"".utf8)).asUTF8.description == "\"é😀\"")
    let string = JSONString(trusted: Array("a".utf8) + [0xFF] + Array(#"\n\ud800"#.utf8))
    #expect(string.bytes == [0x61, 0xFF, 0x0A, 0xED, 0xA0, 0x80])
    #expect(JSONString(bytes: string.bytes).bytes == string.bytes)
  }

  @Test func manyObjectsAreReadInOnePass() throws {
    let text = "[" + String(repeating: #"{"b":1},"#, count: 100_000) + "0]"
    let value = try JSONValue(json: text)
    #expect(value.array?.count == 100_001 && value.array?[99_999]["b"] == 1)
  }

  @Test func namesAndEscapesAreLimited() {
    let marks =
      String(repeating: "\u{301}", count: 20_000) + String(repeating: "\u{316}", count: 20_000)
    #expect(throws: WireError.self) { try JSONValue(json: #"{"\#(marks)":1}"#) }
    let many = (0..<2000).map { #""é\#($0)\#(String(repeating: "ü", count: 30))":1"# }
    #expect(throws: WireError.self) { try JSONValue(json: "{" + many.joined(separator: ",") + "}") }
    let names = (0...JSONValue.maximumNames).map { "\"\($0)\":1" }.joined(separator: ",")
    #expect(throws: WireError.self) { try JSONValue(json: "{\(names)}") }
    let escapes = String(repeating: #"\u00e9"#, count: JSONValue.longestEscaped / 6 + 1)
    #expect(throws: WireError.self) { try JSONValue(json: "\"\(escapes)\"") }
  }

  @Test func stringsAreEqualIfTheirBytesAre() throws {
    let composed = JSONValue.string("\u{E9}")
    let decomposed = JSONValue.string("e\u{301}")
    #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
    let marks =
      String(repeating: "\u{301}", count: 50_000) + String(repeating: "\u{316}", count: 50_000)
    #expect(Set([JSONValue.string(marks), JSONValue.string(marks)]).count == 1)
  }

  @Test func longStringsAreCutBetweenCharacters() {
    func cut(_ text: String, _ limit: Int) -> String? {
      let bytes = Array("\"\(text)\"".utf8)
      return bytes.span.jsonString(0..<bytes.count, limit: limit).map {
        String(decoding: $0.escaped, as: UTF8.self)
      }
    }
    let text = #"aé\n\u00e9😀b"#
    let cuts = (0...20).map { cut(text, $0) }
    let expected = [
      "", "a", "a", "aé", "aé", #"aé\n"#, #"aé\n"#, #"aé\n"#, #"aé\n"#, #"aé\n"#, #"aé\n"#,
      #"aé\n\u00e9"#,
      #"aé\n\u00e9"#, #"aé\n\u00e9"#, #"aé\n\u00e9"#, #"aé\n\u00e9😀"#, text, text, text, text, text,
    ]
    #expect(cuts == expected)
  }

  @Test func listsInChunksAreTheSameText() throws {
    for sizes in [[], [1], [300_000], [1, 300_000, 2], [100_000, 100_000, 100_000, 5]] {
      var list = JSONListText()
      var object = JSONListText()
      for size in sizes {
        list.append(.string(String(repeating: "x", count: size)))
        object.append(name: "n\(size)", .integer(size))
      }
      let elements = sizes.map { "\"\(String(repeating: "x", count: $0))\"" }
      let members = sizes.map { "\"n\($0)\":\($0)" }
      let array = "[\(elements.joined(separator: ","))]"
      #expect(list.array.description == array)
      var whole = JSONListText()
      whole.append(elementsOf: JSONListText())
      whole.append(name: "a", array: list)
      whole.append(name: "o", object: object)
      whole.append(elementsOf: object)
      whole.append(name: "z", .null)
      let objectText = "{\(members.joined(separator: ","))}"
      let rest = (members + ["\"z\":null"]).joined(separator: ",")
      #expect(whole.object.description == "{\"a\":\(array),\"o\":\(objectText),\(rest)}")
      #expect(whole.chunks.joined().count == whole.byteCount)
      #expect(whole.byteCount + 2 == whole.object.bytes.count)
    }
  }
}
