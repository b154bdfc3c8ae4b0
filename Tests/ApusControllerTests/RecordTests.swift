// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Tests of records, their limits and their queries.
@Suite struct RecordTests {
  private func date(_ second: Int) -> WireDate { WireDate(microseconds: second * 1_000_000) }

  private func record(
    _ name: String, submitted: Int, completed: Int? = nil, bytes: Int = 10,
    metadata: String = #"{"label":"x","n":5}"#
  ) -> TaskRecord {
    let record = TaskRecord(MessageID(name))
    record.request = Envelope(
      WireMessage(
        header: Array(#"{"msg_id":"\#(name)","msg_type":"apply_request"}"#.utf8),
        metadata: Array(metadata.utf8), buffers: [[UInt8](repeating: 0, count: bytes)]))
    record.submitted = date(submitted)
    record.completed = completed.map { date($0) }
    record.channel = .task
    record.engine = "e"
    return record
  }

  private func table(records: Int = 100, bytes: Int = 1 << 20) -> RecordTable {
    RecordTable(recordLimit: records, byteLimit: bytes)
  }

  // MARK: Limits

  @Test func theOldestFinishedRecordsGoFirstAndUnfinishedOnesStay() {
    var table = table(records: 3)
    table.update(record("open", submitted: 0))
    for number in 1...5 {
      table.update(record("r\(number)", submitted: number, completed: number))
    }
    #expect(table.ids.map(\.text).sorted() == ["open", "r3", "r4", "r5"])
  }

  @Test func bytesAreLimitedToo() {
    var table = table(bytes: 10_000)
    for number in 0..<20 {
      table.update(record("r\(number)", submitted: number, completed: number, bytes: 2000))
    }
    #expect(table.byteCount <= 10_000 && table.count == 4)
  }

  @Test func unfinishedRecordsLoseOnlyTheirBuffers() {
    var table = table(bytes: 10_000)
    for number in 0..<5 { table.update(record("r\(number)", submitted: number, bytes: 5000)) }
    #expect(table.count == 5 && table.byteCount <= 10_000)
    let light = (0..<5).compactMap { table[MessageID("r\($0)")] }.filter(\.hasDroppedBuffers)
    #expect(light.count >= 3)
    #expect(
      light.allSatisfy { $0.request?.bufferCount == 0 && $0.text("label").description == "\"x\"" })
  }

  @Test func aRushOfUnfinishedRecordsBeyondTheLimitTakesNoMoreTimeForEach() {
    var table = table(records: 10, bytes: 1_000_000)
    for number in 0..<20_000 { table.update(record("r\(number)", submitted: number, bytes: 1000)) }
    #expect(table.count == 20_000, "none of them is dropped")
    for number in 0..<20_000 {
      table.update(record("r\(number)", submitted: number, completed: number, bytes: 1000))
    }
    #expect(table.count <= 10 && table.byteCount <= 1_000_000)
  }

  @Test func countsStayRightThroughUpdatesAndRemovals() {
    var table = table()
    table.update(record("a", submitted: 1, bytes: 100))
    let before = table.byteCount
    table.update(record("a", submitted: 1, completed: 2, bytes: 100))
    #expect(table.byteCount == before && table.count == 1)
    let removed = table.remove(MessageID("a"))
    let again = table.remove(MessageID("a"))
    #expect(removed != nil && again == nil && table.byteCount == 0)
  }

  // MARK: Queries

  private func found(_ query: JSONValue, in table: RecordTable) throws -> [String] {
    let matcher = try RecordMatcher(RecordQuery(query))
    var bytes = 0
    return try (matcher.query.ids ?? table.ids).filter { id in
      try table[id].map { try matcher.matches($0, bytes: &bytes) } ?? false
    }.map(\.text).sorted()
  }

  private var sample: RecordTable {
    var table = table()
    table.update(record("a_1", submitted: 10, completed: 20))
    table.update(record("a_2", submitted: 11, completed: 30))
    table.update(record("b_1", submitted: 12))
    return table
  }

  @Test func everyOperatorDoesWhatItsNameSays() throws {
    let at20 = JSONValue.string(date(20).description)
    let cases: [(JSONValue, [String])] = [
      ([:], ["a_1", "a_2", "b_1"]), (["msg_id": "a_2"], ["a_2"]),
      (["msg_id": ["$in": ["b_1", "a_1", "zz"]]], ["a_1", "b_1"]),
      (["msg_id": ["$nin": ["b_1", "a_1"]]], ["a_2"]),
      (["msg_id": ["$ne": "a_1"]], ["a_2", "b_1"]),
      (["msg_id": ["$eq": "a_1"]], ["a_1"]), (["msg_id": ["$glob": "a_*"]], ["a_1", "a_2"]),
      (["msg_id": ["$glob": "[!a]_?"]], ["b_1"]), (["msg_id": ["$gt": "a_1"]], ["a_2", "b_1"]),
      (["msg_id": ["$gte": "a_2", "$lt": "b"]], ["a_2"]), (["msg_id": ["$lte": "a_1"]], ["a_1"]),
      (["completed": .null], ["b_1"]), (["completed": ["$ne": .null]], ["a_1", "a_2"]),
      (["completed": ["$exists": true]], ["a_1", "a_2"]),
      (["completed": ["$exists": false]], ["b_1"]),
      (["completed": at20], ["a_1"]), (["completed": ["$in": .array([at20])]], ["a_1"]),
      (["submitted": ["$gt": .string(date(10).description)]], ["a_2", "b_1"]),
      (["submitted": ["$lte": "1970-01-01T00:00:11Z"]], ["a_1", "a_2"]),
      (["queue": "task", "engine_uuid": "e", "completed": .null], ["b_1"]),
      (["label": ["$all": [["x", "y"], ["x"]]]], ["a_1", "a_2", "b_1"]),
      (["label": ["$all": [["y"]]]], []), (["nothing": .null], ["a_1", "a_2", "b_1"]),
    ]
    for (query, expected) in cases {
      #expect(try found(query, in: sample) == expected, "\(JSONText(query))")
    }
  }

  @Test func remaindersAreThoseOfPython() throws {
    for (value, divisor, rest, holds) in [
      (7, 3, 1, true), (-7, 3, 2, true), (Int.min, -1, 0, true), (7, -3, -2, true), (6, 3, 0, true),
      (7, 3, 0, false),
    ] {
      let test = RecordQuery.Test(
        key: "n", operation: .mod, value: [.integer(divisor), .integer(rest)])
      var bytes = 0
      let matches = try RecordMatcher.Test(test).holds(for: .json(.integer(value)), bytes: &bytes)
      #expect(matches == holds)
    }
  }

  @Test func comparisonsWithoutAnOrderAreErrors() throws {
    for query: JSONValue in [
      ["completed": ["$lt": "1970-01-01T00:00:11Z"]], ["msg_id": ["$lt": 5]],
      ["msg_id": ["$in": "a"]],
      ["msg_id": ["$mod": [0, 1]]], ["msg_id": ["$glob": 5]],
    ] {
      #expect(throws: RemoteError.self, "\(JSONText(query))") { try found(query, in: sample) }
    }
    for query: JSONValue in [["msg_id": ["$what": 1]], [1], "x"] {
      #expect(throws: RemoteError.self) { try RecordQuery(query) }
    }
  }

  @Test func patternsMatchAsInFnmatch() throws {
    for (pattern, text, matches) in [
      ("*", "", true), ("a*c", "abbc", true), ("a*c", "abb", false), ("?", "", false),
      ("a?c", "abc", true),
      ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[", "[", true), ("[]]", "]", true),
      ("*a*b*", "xxaxxbxx", true), ("a", "A", false), ("**", "abc", true),
    ] {
      #expect(try #require(Glob(pattern)).matches(text) == matches, "\(pattern) \(text)")
    }
  }

  @Test func longPatternsAreMatchedPieceByPiece() throws {
    let long = String(repeating: "ab", count: 50_000)
    #expect(try !#require(Glob("*zzz*")).matches(long))
    #expect(try #require(Glob("*a*b*")).matches(long))
    let stars = try #require(Glob(String(repeating: "*a", count: 60)))
    #expect(!stars.matches(String(repeating: "a", count: 59)))
    #expect(stars.matches(String(repeating: "a", count: 60)))
    let wide = try #require(Glob("*" + String(repeating: "?", count: 200) + "é[ä-ö]*x"))
    #expect(wide.matches(String(repeating: "b", count: 300) + "éöyx"))
    #expect(!wide.matches(String(repeating: "b", count: 300) + "ézyx"))
    #expect(Glob(String(repeating: "[", count: Glob.longest)) != nil)
    #expect(Glob(String(repeating: "[", count: Glob.longest + 1)) == nil)
  }

  @Test func whatIsNotJSONIsNotPassedOn() {
    let broken = record("a", submitted: 1, metadata: #"{"a":}"#)
    #expect(broken.text("metadata") == .null)
  }

  @Test func whatIsNotUTF8IsPassedOnAsItCame() {
    let raw = Array(#"{"label":"caf"#.utf8) + [0xE9] + Array(#"","user":"\udce9"}"#.utf8)
    let record = TaskRecord(MessageID("a"))
    record.request = Envelope(
      WireMessage(header: raw, parent: raw, metadata: raw, content: raw))
    record.reply = Envelope(WireMessage(header: raw, parent: raw, metadata: raw, content: raw))
    for key in ["header", "metadata", "content", "result_header", "result_content"] {
      #expect(record.text(key).bytes == raw, "\(key)")
    }
    #expect(record.text("label").bytes == Array("\"caf".utf8) + [0xE9, 0x22])
  }

  @Test func printedTextNeedNotBeUTF8() throws {
    var output = TaskOutput()
    let stream = MessageType("stream")
    let text = Array(#"{"name":"stdout","text":"caf"#.utf8) + [0xE9] + Array(#".csv\n"}"#.utf8)
    #expect(try output.add(stream, text.span))
    let others = [#"{"name":"stdout","text":"\ud800x"}"#, #"{"text":"y","name":"stderr"}"#]
    for other in others.map({ Array($0.utf8) }) { #expect(try output.add(stream, other.span)) }
    let expected = Array("\"caf".utf8) + [0xE9] + Array(#".csv\n\ud800x""#.utf8)
    #expect(output.stdout.text.bytes == expected && output.stderr == JSONString("y"))
    let code = Array(#"{"code":"a"#.utf8) + [0xFF] + Array(#""}"#.utf8)
    #expect(try output.add(MessageType("execute_input"), code.span))
    #expect(output.executeInput?.bytes == [0x61, 0xFF])
    for type in ["error", "execute_result"] {
      #expect(try output.add(MessageType(type), code.span))
      let broken = Array("{".utf8)
      #expect(throws: WireError.self) { try output.add(MessageType(type), broken.span) }
    }
    #expect(output.error == code && output.executeResult == code)
  }

  @Test func printedTextIsCutAtItsLimitBetweenCharacters() throws {
    var text = JSONString()
    text.append(JSONString("ab"), limit: 6)
    text.append(JSONString(trusted: Array(#"é\u00e9"#.utf8)), limit: 6)
    #expect(text == JSONString("abé"))
    text.append(JSONString("é"), limit: 5)
    #expect(text == JSONString("abé"))
  }
}
