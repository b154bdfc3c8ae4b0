// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

/// The engines of a map and what each has to do; a value without side effects.
struct MapBoard {
  /// A batch whose engine has left, and whether it may have begun it.
  struct Loss {
    let engine: Int
    let sent: EngineSeat.Sent
    let mayHaveBegun: Bool
  }

  /// Tasks that have not begun are asked back from a busy engine only after this time.
  private static let askingAge = Duration.milliseconds(5)

  private(set) var seats: [EngineID: EngineSeat] = [:]
  private var order: [EngineID] = []
  private var next = 0
  /// The engines that requests were sent to.
  private var owners: [MessageID: EngineID] = [:]
  /// Tasks that may have ended their engine; they travel alone.
  private var suspects: Set<Int> = []

  subscript(engine: EngineID) -> EngineSeat? {
    get { seats[engine] }
    set { seats[engine] = newValue }
  }

  /// The engines in the order in which they have joined.
  var engines: [EngineID] { order }
  /// Whether there is an engine that can run tasks of the map.
  ///
  /// - Parameter expected: the time that a task is said to take.
  func isUsable(lasting expected: Duration?, now: Instant) -> Bool {
    seats.values.contains { seat in
      guard seat.isUsable else { return false }
      return !seat.sent.isEmpty || seat.room(lasting: expected, now: now) > 0
    }
  }

  /// How long a worker takes for a task, in nanoseconds; nil before the first answers.
  var meanTime: Int? {
    let means = seats.values.map(\.window.mean).filter { $0 > 0 }
    return means.isEmpty ? nil : means.reduce(0, +) / means.count
  }

  /// What is said when a map is over.
  static let noDemand = JSONText(["apus_demand": [:]])

  /// What engines could be used for, for launchers that start them on demand.
  ///
  /// - Parameters:
  ///   - ledger: the tasks.
  ///   - hasRoom: whether another may be taken, where their number is not known.
  ///   - expected: the time that a task is said to take.
  func demand(of ledger: TaskLedger, hasRoom: Bool?, lasting expected: Duration?) -> JSONText {
    let waiting = ledger.waitingCount(hasRoom: hasRoom ?? false)
    var demand: [String: JSONValue] = ["waiting": .integer(waiting)]
    demand["nanoseconds"] =
      (meanTime ?? expected?.nanoseconds).map { .integer(max(1, $0)) }
    return JSONText(["apus_demand": .object(demand)])
  }

  mutating func join(_ engine: EngineID, number: Int, offer: MessageID, now: Instant) {
    seats[engine] = EngineSeat(number: number, offer: offer, now: now)
    order.append(engine)
  }

  mutating func note(_ request: MessageID, to engine: EngineID) { owners[request] = engine }

  /// Forgets a request, and returns the engine that it was sent to.
  mutating func forget(_ request: MessageID) -> EngineID? { owners.removeValue(forKey: request) }

  /// Takes an engine that has left out, and returns the batches that it had.
  mutating func leave(_ engine: EngineID) -> [Loss] {
    guard let seat = seats.removeValue(forKey: engine) else { return [] }
    order.removeAll { $0 == engine }
    // What it was asked it answers no more.
    owners = owners.filter { $0.value != engine }
    return seat.sent.enumerated().map { place, sent in
      Loss(engine: seat.number, sent: sent, mayHaveBegun: place < seat.window.workers)
    }
  }

  /// The engines that are to be asked how far they are.
  mutating func takeRenewals(now: Instant) -> [EngineID] {
    order.filter { seats[$0]?.isUsable ?? false && seats[$0]?.takeRenewal(now: now) ?? false }
  }

  /// The engines that a controller does not know any more; those that joined after it was asked may be missing from its answer.
  func missing(from present: Set<EngineID>, askedAt: Instant) -> [EngineID] {
    order.filter { engine in
      !present.contains(engine) && seats[engine].map { $0.joined < askedAt } ?? true
    }
  }

  /// The engines that have not answered an offer for so long that it may be lost.
  func unanswered(since time: Instant) -> [EngineID] {
    order.filter { engine in
      guard let seat = seats[engine], case .offered = seat.state else { return false }
      return seat.offeredAt <= time
    }
  }

  // MARK: Tasks

  /// Notes tasks of which one may have ended its engine.
  mutating func suspect(_ tasks: [GivenTask]) { suspects.formUnion(tasks.map(\.index)) }

  /// Whether a task travels alone.
  func travelsAlone(_ index: Int) -> Bool { suspects.contains(index) }

  /// The next engine, in turn, that may be sent a batch; nil if there is none now.
  ///
  /// - Parameter expected: the time that a task is said to take.
  /// - Returns: the engine, and the number of tasks that it may be sent.
  mutating func nextWithRoom(
    lasting expected: Duration?, now: Instant
  ) -> (engine: EngineID, room: Int)? {
    for _ in 0..<order.count {
      next = next + 1 < order.count ? next + 1 : 0
      let room = seats[order[next]]?.room(lasting: expected, now: now) ?? 0
      if room > 0 { return (order[next], room) }
    }
    return nil
  }

  /// The number of tasks of an engine's next batch: no engine gets so many that others have none.
  func batchSize(room: Int, waiting: Int) -> Int {
    let ready = max(1, seats.values.count(where: \.isReady))
    return max(1, min(room, waiting / (2 * ready)))
  }

  /// Batches of the engine with most tasks, of which those that have not begun are to be asked back because another engine has
  /// nothing to do; nil if there is nothing to ask for.
  mutating func askBack(now: Instant) -> (engine: EngineID, requests: [MessageID])? {
    guard seats.values.contains(where: { $0.isReady && $0.sent.isEmpty }),
      let (engine, seat) = seats.max(by: { $0.value.openCount < $1.value.openCount }),
      seat.openCount > seat.window.workers
    else { return nil }
    let old = seat.sent.indices.filter {
      !seat.sent[$0].isAskedBack && seat.sent[$0].sentAt + Self.askingAge <= now
    }
    if old.isEmpty { return nil }
    for index in old { seats[engine]?.sent[index].isAskedBack = true }
    return (engine, old.map { seat.sent[$0].id })
  }

  /// Why a map that has waited for an engine that could run its tasks ends.
  ///
  /// - Parameter limit: how long it has waited.
  func absence(lasting expected: Duration?, within limit: Duration) -> String {
    let cure = "start some with ./program --apus-engine or apus engine."
    guard !order.isEmpty else {
      return "No Swift engine has joined the cluster within \(limit): \(cure)"
    }
    if let expected, seats.values.contains(where: { $0.isReady || $0.state == .leaving }) {
      return
        "No engine's allocation has the \(expected) left that a task is expected to take, and none has joined within \(limit): start engines with a longer one."
    }
    return
      "None of the \(order.count) Swift engines of the cluster has answered within \(limit): \(cure)"
  }

  /// Why no engine can run the map, if all have refused it.
  var refusal: String? {
    let reasons = seats.values.compactMap { seat in
      if case .refused(let reason) = seat.state { "engine \(seat.number): \(reason)" } else { nil }
    }
    guard !seats.isEmpty, reasons.count == seats.count else { return nil }
    return "None of the \(seats.count) engines can run the map. \(reasons.sorted()[0])"
  }
}
