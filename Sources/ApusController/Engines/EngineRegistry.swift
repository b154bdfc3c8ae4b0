// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The engines that have joined or are joining.
///
/// An engine asks for a number, gets it at once, connects its sockets and then answers a ping; with that it has
/// joined. A number is never reused while the controller runs. A pure value: the time comes in with each event.
package struct EngineRegistry: Sendable {
  /// The answer to a request to join.
  package enum Answer: Sendable, Hashable {
    case accepted(Int)
    case refused(RemoteError)
  }

  private struct Pending: Sendable {
    let engine: Engine
    let expires: Instant
  }

  /// The most engines that have joined or are joining.
  package static let maximumCount = 65_536
  /// The highest number that a request may ask for.
  package static let highestNumber = 1 << 30
  /// The most bytes of an engine's uuid.
  package static let longestUUID = 255

  private var engines: [Int: Engine] = [:]
  private var numbers: [EngineID: Int] = [:]
  private var pending: [EngineID: Pending] = [:]
  private var pendingNumbers: Set<Int> = []
  /// Engines that left without saying so and are taken in again if they are heard.
  private var lost: [EngineID: Engine] = [:]
  private var lostOrder = Queue<EngineID>()
  package private(set) var nextNumber = 0

  /// How long a registration may take.
  private let registrationTimeout: Duration

  package init(registrationTimeout: Duration = .seconds(30)) {
    self.registrationTimeout = registrationTimeout
  }

  /// The engines that have joined, by their numbers.
  package var joined: [Engine] { engines.values.sorted { $0.number < $1.number } }
  package var count: Int { engines.count }
  package var isAnyPending: Bool { !pending.isEmpty }

  package func engine(number: Int) -> Engine? { engines[number] }
  package func engine(_ id: EngineID) -> Engine? { numbers[id].flatMap { engines[$0] } }
  package func isPending(_ id: EngineID) -> Bool { pending[id] != nil }

  /// Registers an engine that asks to join.
  package mutating func register(
    _ id: EngineID, requested: Int?, origin: EngineOrigin = .init(), now: Instant
  ) -> Answer {
    let byteCount = id.uuid.utf8.count
    guard (1...Self.longestUUID).contains(byteCount), id.uuid.utf8.first != 0 else {
      return .refused(
        RemoteError("ValueError", "a uuid has 1 to \(Self.longestUUID) bytes, the first not 0"))
    }
    guard numbers[id] == nil, pending[id] == nil else {
      return .refused(RemoteError("KeyError", "uuid '\(id)' in use"))
    }
    guard engines.count + pending.count < Self.maximumCount else {
      return .refused(RemoteError("RuntimeError", "there are \(Self.maximumCount) engines already"))
    }
    let number = newNumber(requested)
    lost[id] = nil
    pending[id] = Pending(
      engine: Engine(number: number, id: id, origin: origin), expires: now + registrationTimeout)
    pendingNumbers.insert(number)
    return .accepted(number)
  }

  private mutating func newNumber(_ requested: Int?) -> Int {
    if let requested, (0...Self.highestNumber).contains(requested), engines[requested] == nil,
      !pendingNumbers.contains(requested)
    {
      nextNumber = max(requested + 1, nextNumber)
      return requested
    }
    while engines[nextNumber] != nil || pendingNumbers.contains(nextNumber) { nextNumber += 1 }
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// An engine that was taken for dead and may come back; nil if there is none.
  package func absent(_ id: EngineID) -> Engine? { lost[id] }

  /// Records an engine's answer to its first ping, or to the first since it was taken for dead.
  ///
  /// - Returns: the engine that has joined by this answer and whether it is back, or nil if it had joined before or is
  ///   unknown.
  package mutating func answered(_ id: EngineID) -> (engine: Engine, isBack: Bool)? {
    if let waiting = pending.removeValue(forKey: id) {
      pendingNumbers.remove(waiting.engine.number)
      add(waiting.engine)
      return (waiting.engine, false)
    }
    guard numbers[id] == nil, let engine = lost[id], engines[engine.number] == nil,
      !pendingNumbers.contains(engine.number)
    else { return nil }
    lost[id] = nil
    add(engine)
    return (engine, true)
  }

  private mutating func add(_ engine: Engine) {
    engines[engine.number] = engine
    numbers[engine.id] = engine.number
  }

  /// Removes an engine that gives up joining.
  ///
  /// - Returns: the engine, if one of this number was joining.
  package mutating func removePending(number: Int) -> Engine? {
    guard pendingNumbers.contains(number),
      let waiting = pending.first(where: { $0.value.engine.number == number })
    else { return nil }
    pending[waiting.key] = nil
    pendingNumbers.remove(number)
    return waiting.value.engine
  }

  /// Removes an engine that leaves.
  ///
  /// - Parameter mayReturn: whether it is taken in again if it is heard.
  /// - Returns: the engine, if it had joined.
  package mutating func remove(number: Int, mayReturn: Bool = false) -> Engine? {
    guard let engine = engines.removeValue(forKey: number) else { return nil }
    numbers[engine.id] = nil
    if mayReturn { remember(engine) }
    return engine
  }

  private mutating func remember(_ engine: Engine) {
    lost[engine.id] = engine
    lostOrder.append(engine.id)
    while lostOrder.count > 1024, let oldest = lostOrder.popFirst() { lost[oldest] = nil }
  }

  /// Drops registrations that were not completed in time and returns them.
  package mutating func expire(now: Instant) -> [Engine] {
    let late = pending.filter { $0.value.expires <= now }
    for (id, waiting) in late {
      pending[id] = nil
      pendingNumbers.remove(waiting.engine.number)
    }
    return late.map(\.value.engine).sorted { $0.number < $1.number }
  }

  /// When the next registration expires.
  package var nextExpiry: Instant? { pending.values.map(\.expires).min() }

  /// Takes in the engines that an earlier controller knew and that have not been heard yet.
  package mutating func restore(_ state: EngineState) {
    for (number, id) in state.engines where engines[number] == nil && numbers[id] == nil {
      add(Engine(number: number, id: id, origin: state.origins[id] ?? EngineOrigin()))
    }
    nextNumber = max(nextNumber, state.nextNumber, (engines.keys.max() ?? -1) + 1)
  }

  package var state: EngineState {
    EngineState(engines: engines.mapValues(\.id), nextNumber: nextNumber)
  }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    var violations: [String] = []
    if numbers.count != engines.count { violations.append("each engine has one number") }
    for (id, number) in numbers where engines[number]?.id != id {
      violations.append("engine \(id) is found by its number")
    }
    if pendingNumbers != Set(pending.values.map(\.engine.number)) {
      violations.append("numbers of joining engines are reserved")
    }
    if let highest = (Array(engines.keys) + pendingNumbers).max(), highest >= nextNumber {
      violations.append("the next number is new")
    }
    if pending.keys.contains(where: { numbers[$0] != nil || lost[$0] != nil }) {
      violations.append("an engine is joined, joining or lost")
    }
    return violations
  }
}
