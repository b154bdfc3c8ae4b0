// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Whatever one message holds, the others wait for a slice of it at most.
@Suite struct SliceTests {
  /// Sends a query and then, in each turn, one of another client, until the first is answered.
  ///
  /// - Returns: the answer, and the count of turns that it took; the other client was always answered in the same turn or
  ///   the next.
  private func ask(
    _ cluster: MemoryCluster, _ type: String, _ content: JSONText, on channel: Channel = .query,
    to identities: [String] = []
  ) throws -> (answer: JSONValue, turns: Int) {
    let id = cluster.send(type, content, to: identities, on: channel)
    var others: Set<MessageID> = []
    for turn in 1...2000 {
      let last = others
      others.insert(cluster.send("connection_request", on: .query))
      cluster.turn()
      let answers = try cluster.answers(.query)
      others.subtract(answers.keys)
      #expect(others.isDisjoint(with: last), "the other client is answered in turn \(turn)")
      if let answer = answers[id] { return (answer, turn) }
    }
    Issue.record("the query is never answered")
    return (.null, 0)
  }

  private func list(_ count: Int, _ element: (Int) -> String) -> String {
    (0..<count).map(element).joined(separator: ",")
  }

  private static let tooLarge = [
    "a pattern of 6,000 brackets":
      #"{"msg_id":{"$glob":"\#(String(repeating: "[", count: 6000))"}}"#,
    "a pattern of 50 KB": #"{"msg_id":{"$glob":"\#(String(repeating: "*[", count: 25_000))"}}"#,
    "500 levels":
      #"{"a":{"$eq":\#(String(repeating: "[", count: 500))\#(String(repeating: "]", count: 500))}}"#,
    "5 MB of lists": #"{"a":{"$in":[\#(String(repeating: "[],", count: 1_600_000))0]}}"#,
    "a list of 100,000": #"{"header":{"$in":[\#(String(repeating: "0,", count: 100_000))0]}}"#,
    "keys that are no keys":
      "{\(( 0..<70_000).map { "\"k\($0)\":null" }.joined(separator: ","))}",
    "500 patterns":
      "{\(( 0..<60).map { "\"k\($0)\":{\"$glob\":\"\(String(repeating: "a", count: 500))\"}" }.joined(separator: ","))}",
    "a number of 100,000 digits": #"{"n":{"$eq":\#(String(repeating: "1", count: 100_000))}}"#,
  ]

  @Test(arguments: tooLarge.keys)
  func whatIsTooLargeToBeAQueryIsAnErrorAtOnce(_ name: String) throws {
    let cluster = try MemoryCluster()
    let content = #"{"query":\#(Self.tooLarge[name] ?? "")}"#
    let (answer, turns) = try ask(
      cluster, "db_request", JSONText(trusted: Array(content.utf8)))
    #expect(answer["status"] == "error")
    #expect(turns <= 2)
  }

  @Test func namesOfManyUnknownRequestsAreReadInSlices() throws {
    let cluster = try MemoryCluster()
    let names = "[" + list(60_000) { "\"\($0)_1_\($0)\"" } + "]"
    let content = JSONText(trusted: Array(#"{"msg_ids":\#(names)}"#.utf8))
    for type in ["result_request", "purge_request", "resubmit_request"] {
      let (answer, turns) = try ask(cluster, type, content)
      #expect(answer["status"] == (type == "purge_request" ? "ok" : "error"))
      #expect(turns >= 60_000 / Slice.size, "\(type) took \(turns) turns")
    }
    let query = JSONText(trusted: Array(#"{"query":{"msg_id":{"$in":\#(names)}}}"#.utf8))
    let (found, turns) = try ask(cluster, "db_request", query)
    #expect(found["records"]?.array == [] && turns >= 60_000 / Slice.size)
  }

  @Test func manyRecordsAreSearchedAndListedInSlices() throws {
    let cluster = try MemoryCluster()
    let ids = (0..<8_000).map { _ in cluster.submit() }
    for _ in 0..<64 { cluster.turn() }
    let least = ids.count / Slice.size
    let (history, turns) = try ask(cluster, "history_request", .emptyObject)
    #expect(history["history"]?.strings == ids.map(\.text).sorted() && turns >= least)
    let glob: JSONValue = ["query": ["msg_id": ["$glob": "*_1"]], "keys": ["msg_id"]]
    let (found, searching) = try ask(cluster, "db_request", JSONText(glob))
    #expect(found["records"]?.array?.count == 1 && searching >= least)
    let wanted = JSONText(["msg_ids": .array(ids.map { .string($0.text) })])
    let (results, answering) = try ask(cluster, "result_request", wanted)
    #expect(results["pending"]?.array?.count == ids.count && answering >= least)
  }

  @Test(arguments: ["hmac-sha256", "hmac-sha512"])
  func answersOfMegabytesAreSignedInSlices(_ scheme: String) throws {
    let cluster = try MemoryCluster { $0.signatureScheme = scheme }
    let texts = (0..<6).map { String(repeating: Character("\($0 % 10)"), count: 2 << 20) }
    for text in texts {
      cluster.send("apply_request", JSONText(["text": .string(text)]), on: .taskClients)
      cluster.turn()
    }
    let query: JSONValue = ["query": [:], "keys": ["content", "buffers"]]
    let (answer, turns) = try ask(cluster, "db_request", JSONText(query))
    #expect(turns >= 2 * texts.count)
    let found = answer["records"]?.array?.map { $0["content"]?["text"]?.string }
    #expect(found == texts && answer["buffer_lens"]?.array?.count == texts.count)
  }

  @Test func anAnswerThatIsTooLongIsRefused() throws {
    var list = JSONListText()
    let element = JSONText(trusted: Array(repeating: UInt8(ascii: "1"), count: 64 << 20))
    while list.byteCount <= JSONListText.longestAnswer - element.bytes.count {
      list.append(element)
    }
    try list.checkAnswerSize("ask for less")
    list.append(element)
    let error = #expect(throws: RemoteError.self) { try list.checkAnswerSize("ask for less") }
    #expect(error?.name == "ValueError")
    #expect(error?.text == "the answer has more than 512 MB; ask for less")
  }

  @Test func manyTasksAreAbortedInSlices() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let ids = (0..<8_000).map { _ in cluster.submit() }
    for _ in 0..<64 { cluster.turn() }
    let queues = try ask(cluster, "queue_request", JSONText(["verbose": true]))
    #expect(queues.turns >= ids.count / Slice.size)
    #expect(queues.answer["0"]?["tasks"]?.array?.count == 1)
    #expect(queues.answer["unassigned"]?.array?.count == ids.count - 1)
    let wanted = JSONText(["msg_ids": .array(ids.map { .string($0.text) })])
    cluster.send("abort_request", wanted, to: ["a"], on: .controlClients)
    var aborted = 0
    var turns = 0
    while aborted < ids.count - 1 && turns < 1000 {
      cluster.turn()
      let replies = try cluster.replies(.taskClients)
      aborted += replies.count
      turns += 1
      #expect(replies.count <= 2 * Slice.size && replies.values.allSatisfy { $0 == "aborted" })
    }
    #expect(aborted == ids.count - 1 && turns >= aborted / (2 * Slice.size))
  }

  @Test func broadcastsAreSentInSlicesAndInTheirOrder() throws {
    let cluster = try MemoryCluster()
    for number in 0..<3 { cluster.join(EngineID("e\(number)"), connection: Int32(number + 5)) }
    // A content whose signature takes a third of a slice for each copy.
    let content = JSONText.string(String(repeating: "x", count: Slice.size * 350))
    let targets = (0..<3).map { JSONValue.array([.string("e\($0)"), .integer($0)]) }
    let metadata = JSONText(["targets": .array(targets), "is_broadcast": true])
    let ids = (0..<4).map { _ in
      cluster.send("apply_request", content, metadata: metadata, on: .broadcastClients)
    }
    var heard: [EngineID: [String]] = [:]
    var turns = 0
    while heard.values.reduce(0, { $0 + $1.count }) < 12 && turns < 100 {
      let other = cluster.send("connection_request", on: .query)
      cluster.turn()
      turns += 1
      #expect(try cluster.answers(.query)[other] != nil)
      for (engine, frames) in try cluster.requests(.broadcastEngines) {
        let header = try WireMessage.read(frames, signer: cluster.signer).message.header
        let id = try #require(try MessageHeader.id(header.span)).text
        heard[engine, default: []].append(String(id.dropLast(engine.uuid.count + 1)))
      }
    }
    #expect(turns > 2)
    for number in 0..<3 { #expect(heard[EngineID("e\(number)")] == ids.map(\.text)) }
  }

  @Test func aFloodOfLongRequestsIsRefusedBeyondALimit() throws {
    let cluster = try MemoryCluster()
    let names = "[" + list(20_000) { "\"\($0)_1_\($0)\"" } + "]"
    let content = JSONText(trusted: Array(#"{"msg_ids":\#(names),"status_only":true}"#.utf8))
    for _ in 0..<300 { cluster.send("purge_request", content, on: .query) }
    var answers: [JSONValue] = []
    for _ in 0..<10_000 where answers.count < 300 {
      cluster.turn()
      answers += Array(try cluster.answers(.query).values)
    }
    #expect(answers.count == 300, "each is answered")
  }

  @Test func sortingInSlicesIsSortingAndStable() {
    for count in [0, 1, 2, 255, 256, 257, 1000, 5000] {
      var sort = SlicedSort<(key: Int, index: Int)>()
      let elements = (0..<count).map { (key: $0 * 7919 % 101, index: $0) }
      for element in elements { sort.append(element) }
      var sorted: [(key: Int, index: Int)]?
      var slices = 0
      while sorted == nil {
        var slice = Slice()
        for _ in 0..<Slice.size - 40 { slice.count() }
        sorted = sort.step(&slice) { $0.key < $1.key }
        slices += 1
      }
      let expected = elements.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
      #expect(sorted?.map(\.index) == expected.map(\.index))
      #expect(slices > count / 1000)
    }
  }

  @Test func messagesWhoseSignedFramesAreTooLargeAreRefused() throws {
    let cluster = try MemoryCluster()
    let big = JSONText.string(String(repeating: "x", count: MessageHeader.longestFrame))
    cluster.send("connection_request", metadata: big, on: .query)
    cluster.turn()
    #expect(try cluster.answers(.query).count == 1, "metadata may be larger than a header")
    let message = WireMessage(header: big.bytes, content: [])
    #expect(throws: WireError.self) { try Envelope(message).checkSizes() }
    let huge = WireMessage(
      header: [], content: [UInt8](repeating: 0, count: Envelope.longestSigned + 1))
    #expect(throws: WireError.self) { try Envelope(huge).checkSizes() }
  }

  @Test func memoryIsGivenBackWhenAFloodIsOver() throws {
    let cluster = try MemoryCluster()
    cluster.transport.isIdle = true
    cluster.turn()
    #expect(cluster.transport.returnedMemory == 0)
    cluster.transport.isIdle = false
    for _ in 0..<5 {
      cluster.transport.put([[UInt8](repeating: 0, count: 16 << 20)], on: .taskClients)
      cluster.turn()
    }
    #expect(cluster.transport.returnedMemory == 0, "it is busy")
    cluster.transport.isIdle = true
    for _ in 0..<3 { cluster.turn() }
    #expect(cluster.transport.returnedMemory == 1)
    for _ in 0..<3 { cluster.turn(after: .seconds(60)) }
    #expect(cluster.transport.returnedMemory == 2, "once more, for what waited for a stalled peer")
  }
}
