// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusTransport
import ApusWire
import Testing

/// What the next controller takes over from the journal of one that was killed.
@Suite struct JournalTests {
  /// A controller that was killed with a finished task, one at the engine "a", and two that wait.
  private struct Dead {
    let storage = MemoryJournal()
    let finished: MessageID
    let running: MessageID
    let waiting: [MessageID]
    /// The request as the engine got it.
    let request: [[UInt8]]

    init(syncs: Bool = false) throws {
      let cluster = try MemoryCluster(journal: storage, syncs: syncs)
      cluster.join("a", connection: 5)
      finished = cluster.submit()
      running = cluster.submit()
      waiting = [cluster.submit(), cluster.submit()]
      cluster.turn()
      let first = try #require(cluster.requests(.taskEngines).first)
      try cluster.reply("a", to: first.frames, on: .taskEngines)
      cluster.turn()
      request = try #require(cluster.requests(.taskEngines).first).frames
    }

    /// The next controller, to which the engine has come back, and the client under a new name.
    func next(_ storage: MemoryJournal? = nil) throws -> MemoryCluster {
      let cluster = try MemoryCluster(journal: storage ?? self.storage)
      cluster.client = "d"
      cluster.transport.reachable.insert("a")
      for _ in 0..<3 { cluster.turn() }
      return cluster
    }
  }

  /// Lets the client send something, so that the controller knows its name; returns the answers to what came before.
  private static func contact(_ cluster: MemoryCluster) throws -> [MessageID: JSONValue] {
    let id = cluster.submit()
    cluster.turn()
    var answers = try cluster.answers(.taskClients)
    answers[id] = nil
    return answers
  }

  private static func status(_ cluster: MemoryCluster, _ ids: [MessageID]) throws -> JSONValue {
    try cluster.ask(
      "result_request",
      ["msg_ids": .array(ids.map { .string($0.text) }), "status_only": true])
  }

  /// Lets an engine answer all that it gets, until nothing more comes; returns the requests in order.
  private static func work(_ cluster: MemoryCluster, _ engine: EngineID = "a") throws -> [MessageID]
  {
    var done: [MessageID] = []
    while true {
      let requests = try cluster.requests(.taskEngines).filter { $0.engine == engine }
      if requests.isEmpty { return done }
      for request in requests {
        let message = try WireMessage.read(request.frames, signer: cluster.signer).message
        let header = try MessageHeader(message.header.span)
        if header.type == .applyRequest { done.append(header.id) }
        try cluster.reply(engine, to: request.frames, on: .taskEngines)
      }
      cluster.turn()
    }
  }

  @Test func queuedTasksAreStillQueuedRunningOnesGoOnAndResultsAreThere() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    let all = [dead.finished, dead.running] + dead.waiting
    let known = try Self.status(cluster, all)
    #expect(known["completed"]?.strings == [dead.finished.text])
    #expect(Set(known["pending"]?.strings ?? []) == Set(all.dropFirst().map(\.text)))
    // The engine goes on with what it had, and gets what waited, in order.
    try cluster.reply("a", to: dead.request, on: .taskEngines)
    cluster.turn()
    #expect(try Self.work(cluster) == dead.waiting)
    #expect(try cluster.answers(.taskClients).isEmpty, "the client has a new name")
    let answers = try Self.contact(cluster)
    #expect(Set(answers.keys) == Set([dead.running] + dead.waiting))
    #expect(answers.values.allSatisfy { $0["status"] == "ok" })
    #expect(try Self.contact(cluster).isEmpty, "once")
  }

  @Test func aTaskThatItsEngineNeverGotIsGivenOutAgainWithoutALostAttempt() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    cluster.answerPing("a", connection: 6)
    cluster.turn()
    #expect(Set(try Self.work(cluster)) == Set([dead.running] + dead.waiting))
    let answers = try Self.contact(cluster)
    #expect(Set(answers.keys) == Set([dead.running] + dead.waiting))
    #expect(answers.values.allSatisfy { $0["status"] == "ok" })
  }

  @Test func anAnswerThatWasSentIsNotSentAgainUnlessItsClientAsks() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    #expect(try Self.contact(cluster).isEmpty)
    // A client of Swift sends what it has no answer to once more.
    for id in [dead.finished, dead.running] { try cluster.submitAgain(id) }
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [dead.finished: "ok"])
    try cluster.reply("a", to: dead.request, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [dead.running: "ok"])
    // One that never arrived is taken in.
    let lost = MessageID("client_1_900")
    try cluster.submitAgain(lost)
    cluster.turn()
    #expect(try Self.status(cluster, [lost])["pending"]?.strings == [lost.text])
  }

  @Test func anAnswerWaitsForItsClientOverSeveralStarts() throws {
    let dead = try Dead()
    let second = try dead.next()
    try second.reply("a", to: dead.request, on: .taskEngines)
    second.turn()
    _ = try Self.work(second)
    let third = try dead.next()
    #expect(Set(try Self.contact(third).keys) == Set([dead.running] + dead.waiting))
    #expect(try Self.contact(try dead.next()).isEmpty)
  }

  @Test func theTaskOfAnEngineThatDoesNotComeBackFailsOrIsTriedElsewhere() throws {
    for (retries, expected) in [(0, "EngineError"), (1, nil)] {
      let storage = MemoryJournal()
      let first = try MemoryCluster(journal: storage)
      first.join("a", connection: 5)
      let id = first.submit(retries: retries)
      first.turn()
      let cluster = try MemoryCluster(journal: storage)
      cluster.client = "d"
      for _ in 0..<60 { cluster.turn(after: .seconds(3)) }
      cluster.join("b", connection: 7)
      _ = try Self.work(cluster, "b")
      let answer = try #require(try Self.contact(cluster)[id])
      #expect(answer["ename"]?.string == expected)
    }
  }

  @Test func whatATaskHasLeftIsKept() throws {
    let storage = MemoryJournal()
    let first = try MemoryCluster(journal: storage)
    first.join("a", connection: 5)
    let id = first.submit(retries: 2)
    first.turn()
    // It fails at the only engine, which is not asked again.
    let request = try #require(first.requests(.taskEngines).first)
    try first.reply("a", to: request.frames, status: "error", on: .taskEngines)
    first.turn()
    let second = try MemoryCluster(journal: storage)
    second.transport.reachable = ["a"]
    for _ in 0..<3 { second.turn() }
    #expect(try second.requests(.taskEngines).isEmpty)
    for name in ["b", "c"] as [EngineID] {
      second.join(name, connection: name == "b" ? 7 : 8)
      let request = try #require(second.requests(.taskEngines).first)
      #expect(request.engine == name)
      try second.reply(name, to: request.frames, status: "error", on: .taskEngines)
      second.turn()
    }
    #expect(try Self.contact(second)[id]?["status"] == "error", "no attempt is left")
  }

  @Test func dependentTasksStillWaitForOthers() throws {
    let storage = MemoryJournal()
    let first = try MemoryCluster(journal: storage)
    let leader = first.submit()
    let metadata: JSONValue = ["after": .array([.string(leader.text)])]
    let follower = first.send(
      "apply_request", metadata: JSONText(metadata), on: .taskClients)
    first.turn()
    let second = try MemoryCluster(journal: storage)
    second.join("a", connection: 5)
    second.transport.reachable = ["a"]
    second.turn()
    let requests = try second.requests(.taskEngines)
    #expect(requests.count == 1)
    try second.reply("a", to: requests[0].frames, on: .taskEngines)
    second.turn()
    // The next controller knows that the leader has ended.
    let third = try MemoryCluster(journal: storage)
    third.transport.reachable = ["a"]
    for _ in 0..<3 { third.turn() }
    third.answerPing("a", connection: 6)
    third.turn()
    #expect(try Self.work(third) == [follower])
  }

  @Test func aJournalCutAnywhereIsReadUpToThere() throws {
    let dead = try Dead()
    let last = try #require(try dead.storage.segments().last)
    let size = try dead.storage.read(last).count
    var counts: Set<Int> = []
    for end in 0...size {
      let cluster = try MemoryCluster(journal: dead.storage.cut(at: end))
      let known = try ([dead.finished, dead.running] + dead.waiting).filter { id in
        try Self.status(cluster, [id])["status"] == "ok"
      }
      counts.insert(known.count)
      #expect(cluster.damages.texts.count <= 1)
    }
    #expect(counts == [0, 1, 2, 3, 4])
  }

  @Test func aFlippedByteIsNeverTrusted() throws {
    let dead = try Dead()
    let last = try #require(try dead.storage.segments().last)
    let bytes = try dead.storage.read(last)
    for place in stride(from: 8, to: bytes.count, by: 37) {
      var spoiled = bytes
      spoiled[place] ^= 0x10
      let cluster = try MemoryCluster(journal: MemoryJournal([last: spoiled]))
      #expect(cluster.damages.texts.count == 1, "at \(place)")
    }
  }

  @Test func nothingIsSentBeforeItIsInTheJournal() throws {
    // What an engine or a client gets while the disk is full follows from what was written before.
    let storage = MemoryJournal()
    let cluster = try MemoryCluster(journal: storage)
    cluster.join("a", connection: 5)
    let accepted = cluster.submit()
    cluster.turn()
    storage.isFull = true
    let request = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: request.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients)[accepted] == "ok", "results are still delivered")
    let refused = cluster.submit()
    cluster.turn()
    #expect(try cluster.replies(.taskClients)[refused] == "RuntimeError")
    storage.isFull = false
    cluster.turn(after: .seconds(2))
    let taken = cluster.submit()
    cluster.turn()
    #expect(try cluster.replies(.taskClients)[taken] == nil, "it is at the engine")
    let next = try MemoryCluster(journal: storage)
    let known = try Self.status(next, [accepted, taken])
    #expect(known["completed"]?.strings == [accepted.text])
    #expect(known["pending"]?.strings == [taken.text])
  }

  @Test func whatWasSyncedOutlivesALossOfPower() throws {
    let dead = try Dead(syncs: true)
    let cluster = try dead.next(dead.storage.afterPowerLoss)
    let known = try Self.status(cluster, [dead.finished, dead.running] + dead.waiting)
    #expect(known["pending"]?.array?.count == 3 && known["completed"]?.array?.count == 1)
    let unsynced = try Dead()
    #expect(unsynced.storage.syncs == 0)
    #expect(try unsynced.storage.afterPowerLoss.segments().isEmpty)
  }

  @Test func itsSizeFollowsWhatIsAlive() throws {
    let storage = MemoryJournal()
    let cluster = try MemoryCluster(journal: storage) { $0.recordLimit = 100 }
    cluster.join("a", connection: 5)
    cluster.join("b", connection: 6)
    // Three for an engine that never answers stand at its beginning.
    let metadata = JSONText(["targets": .array([.string("b")])])
    let stuck = (0..<3).map { _ in
      cluster.send("apply_request", metadata: metadata, on: .taskClients)
    }
    cluster.turn()
    var largest = 0
    for _ in 0..<8000 {
      _ = cluster.submit()
      cluster.turn()
      _ = try Self.work(cluster)
      _ = cluster.transport.take(.taskClients)
      largest = max(largest, storage.bytes)
    }
    #expect(largest < 2 * Journal.Sizes().least)
    let next = try MemoryCluster(journal: storage) { $0.recordLimit = 100 }
    #expect(try Self.status(next, stuck)["pending"]?.array?.count == 3)
  }

  @Test func whatAControllerGoesOnFromIsSyncedBefore() throws {
    let dead = try Dead()
    let storage = dead.storage.unsynced
    _ = try MemoryCluster(journal: storage, syncs: true)
    let cluster = try dead.next(storage.afterPowerLoss)
    let known = try Self.status(cluster, [dead.finished, dead.running] + dead.waiting)
    #expect(known["pending"]?.array?.count == 3 && known["completed"]?.array?.count == 1)
  }

  /// Restarts at any moment, also while old segments are being removed, and losses of power bring nothing back and lose nothing.
  @Test(arguments: 0..<6, [false, true])
  func nothingComesBackFromSegmentsThatAreRemoved(seed: UInt64, losesPower: Bool) throws {
    var random = Philox4x64(SeedSequence(UInt128(seed)))
    var storage = MemoryJournal()
    var sizes = Journal.Sizes()
    (sizes.segment, sizes.least) = (4000, 16_000)
    func start() throws -> MemoryCluster {
      if losesPower { storage = storage.afterPowerLoss }
      let cluster = try MemoryCluster(journal: storage, syncs: losesPower, sizes: sizes) {
        $0.recordLimit = 20
      }
      cluster.transport.reachable = ["a"]
      for _ in 0..<3 { cluster.turn() }
      return cluster
    }
    var cluster = try start()
    cluster.join("a", connection: 5)
    var open: [MessageID: [[UInt8]]?] = [:]
    var answered: [MessageID: Int] = [:]
    for _ in 0..<1500 {
      switch random.next() % 16 {
      case 0:
        cluster = try start()
        let status = try cluster.ask("apus_status_request")
        let known =
          (status["engines"]?["0"]?["tasks"]?.integer ?? 0)
          + (status["unassigned"]?.integer ?? 0)
        #expect(known == open.count, "nothing comes back, and nothing is lost")
        // What was sent to the engine in the last moment is lost, which its answer to a question shows.
        cluster.answerPing("a", connection: 6)
        for id in open.keys { open[id] = .some(nil) }
        cluster.turn()
      case 1...5:
        open[cluster.submit()] = .some(nil)
        cluster.turn()
      default:
        for request in try cluster.requests(.taskEngines) {
          let message = try WireMessage.read(request.frames, signer: cluster.signer).message
          let header = try MessageHeader(message.header.span)
          if header.type == .applyRequest {
            open[header.id] = request.frames
          } else {
            try cluster.reply("a", to: request.frames, on: .taskEngines)
            cluster.turn()
          }
        }
        guard let (id, frames) = open.first(where: { $0.value != nil }), let frames else { break }
        try cluster.reply("a", to: frames, on: .taskEngines)
        cluster.turn()
        open[id] = nil
        answered[id, default: 0] += 1
      }
    }
    #expect(answered.values.allSatisfy { $0 == 1 } && answered.count > 200)
    #expect(storage.bytes < 200_000)
  }

  @Test func startsAreStillCountedWhenTheirSegmentsAreRemoved() throws {
    let storage = MemoryJournal()
    var sizes = Journal.Sizes()
    (sizes.segment, sizes.least) = (4000, 16_000)
    for start in 0..<4 {
      let cluster = try MemoryCluster(journal: storage, sizes: sizes) { $0.recordLimit = 20 }
      cluster.transport.reachable = ["a"]
      if start == 0 { cluster.join("a", connection: 5) }
      for _ in 0..<300 {
        _ = cluster.submit()
        cluster.turn()
        _ = try Self.work(cluster)
        _ = cluster.transport.take(.taskClients)
      }
      #expect(storage.bytes < 60_000, "old segments were removed")
      let contents = try Journal.open(storage, syncs: false) { _ in }.contents
      #expect(contents.epoch == start + 1 && contents.nextNumber == 1)
    }
  }

  @Test func aFailureThatARestartHasDecidedIsNotDecidedTwice() throws {
    let storage = MemoryJournal()
    let first = try MemoryCluster(journal: storage)
    first.join("a", connection: 5)
    let id = first.submit()
    first.turn()
    // The engine leaves for good, and the controller is killed before its task has failed.
    first.send("unregistration_request", JSONText(["id": 0]), on: .query)
    first.turn()
    #expect(try first.replies(.taskClients).isEmpty)
    let second = try MemoryCluster(journal: storage)
    #expect(try Self.contact(second)[id]?["ename"] == "EngineError")
    let third = try MemoryCluster(journal: storage)
    third.join("b", connection: 7)
    #expect(try Self.work(third, "b").contains(id) == false)
    #expect(try Self.contact(third)[id] == nil)
  }
}
