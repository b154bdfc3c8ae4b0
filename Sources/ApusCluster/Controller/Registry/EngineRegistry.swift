// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Which engines have joined, and which are about to.
///
/// An engine asks for a number, gets it at once, connects its sockets and then answers a ping; with that it has
/// joined. Numbers are never given again while the controller lives. A pure value: time in nanoseconds comes
/// in with each event.
package struct EngineRegistry: Sendable {
  /// An engine that has joined.
  package struct Engine: Sendable, Hashable {
    package let id: Int
    package let uuid: String
    /// What its registration told of it, for messages to people.
    package var origin = EngineOrigin()
  }

  /// What becomes of a request to join.
  package enum Answer: Sendable, Hashable {
    case accepted(Int)
    case refused(RemoteError)
  }

  private struct Pending: Sendable {
    let engine: Engine
    let expires: Int
  }

  /// The most engines, joined or about to.
  package static let most = 65_536
  /// The most numbers that a request may ask for.
  package static let highestID = 1 << 30
  /// The most bytes of a uuid.
  package static let longestName = 255

  private var byID: [Int: Engine] = [:]
  private var byName: [String: Int] = [:]
  private var pending: [String: Pending] = [:]
  private var pendingIDs: Set<Int> = []
  /// Engines that were taken for dead although nothing has ended them, and may be heard again.
  private var lost: [String: Engine] = [:]
  private var lostOrder = Queue<String>()
  package private(set) var nextID = 0

  /// Nanoseconds that a registration may take.
  private let patience: Int

  package init(registrationTimeout: Duration = .seconds(30)) {
    patience = registrationTimeout.nanoseconds
  }

  package var engines: [Engine] { byID.values.sorted { $0.id < $1.id } }
  package var count: Int { byID.count }
  package var isAnyPending: Bool { !pending.isEmpty }
  package var pendingNames: [String] { Array(pending.keys) }

  package func engine(id: Int) -> Engine? { byID[id] }
  package func engine(uuid: String) -> Engine? { byName[uuid].flatMap { byID[$0] } }
  package func isPending(_ uuid: String) -> Bool { pending[uuid] != nil }

  /// An engine asks to join.
  package mutating func register(
    _ uuid: String, requested: Int?, origin: EngineOrigin = .init(), now: Int
  ) -> Answer {
    guard !uuid.isEmpty, uuid.utf8.count <= Self.longestName, uuid.utf8.first != 0 else {
      return .refused(
        RemoteError("ValueError", "a uuid has 1 to \(Self.longestName) bytes, the first not 0"))
    }
    guard byName[uuid] == nil, pending[uuid] == nil else {
      return .refused(RemoteError("KeyError", "uuid '\(uuid)' in use"))
    }
    guard byID.count + pending.count < Self.most else {
      return .refused(RemoteError("RuntimeError", "there are \(Self.most) engines already"))
    }
    let id = newID(requested)
    forgetLost(uuid)
    pending[uuid] = Pending(
      engine: Engine(id: id, uuid: uuid, origin: origin), expires: now + patience)
    pendingIDs.insert(id)
    return .accepted(id)
  }

  private mutating func newID(_ requested: Int?) -> Int {
    if let requested, (0...Self.highestID).contains(requested), byID[requested] == nil,
      !pendingIDs.contains(requested)
    {
      nextID = max(requested + 1, nextID)
      return requested
    }
    while byID[nextID] != nil || pendingIDs.contains(nextID) { nextID += 1 }
    defer { nextID += 1 }
    return nextID
  }

  /// The heart of an engine has been heard for the first time, or again after it was taken for dead.
  ///
  /// - Returns: the engine that has joined with this and whether it is back, or nil if it had joined or nobody
  ///   knows it.
  package mutating func heartBegan(_ uuid: String) -> (engine: Engine, isBack: Bool)? {
    if let waiting = pending.removeValue(forKey: uuid) {
      pendingIDs.remove(waiting.engine.id)
      add(waiting.engine)
      return (waiting.engine, false)
    }
    guard byName[uuid] == nil, let engine = lost[uuid], byID[engine.id] == nil else { return nil }
    forgetLost(uuid)
    add(engine)
    return (engine, true)
  }

  private mutating func add(_ engine: Engine) {
    byID[engine.id] = engine
    byName[engine.uuid] = engine.id
  }

  private mutating func forgetLost(_ uuid: String) { lost[uuid] = nil }

  /// An engine leaves, or gives its registration up.
  ///
  /// - Parameter mayReturn: whether it was only not heard any more and is to be taken in again when it is.
  /// - Returns: the engine, if it had joined.
  package mutating func remove(id: Int, mayReturn: Bool = false) -> Engine? {
    if let engine = byID.removeValue(forKey: id) {
      byName[engine.uuid] = nil
      if mayReturn { remember(engine) }
      return engine
    }
    if pendingIDs.contains(id), let waiting = pending.first(where: { $0.value.engine.id == id }) {
      pending[waiting.key] = nil
      pendingIDs.remove(id)
    }
    return nil
  }

  private mutating func remember(_ engine: Engine) {
    lost[engine.uuid] = engine
    lostOrder.append(engine.uuid)
    while lostOrder.count > 1024, let oldest = lostOrder.popFirst() { lost[oldest] = nil }
  }

  /// Drops registrations that were not completed in time and returns them.
  package mutating func expire(now: Int) -> [Engine] {
    let late = pending.filter { $0.value.expires <= now }
    for (uuid, waiting) in late {
      pending[uuid] = nil
      pendingIDs.remove(waiting.engine.id)
    }
    return late.map(\.value.engine)
  }

  /// When the next registration expires.
  package var nextExpiry: Int? { pending.values.map(\.expires).min() }

  /// Takes engines in that an earlier controller knew; their hearts have yet to be heard.
  package mutating func restore(_ state: EngineState) {
    for (id, uuid) in state.engines where byID[id] == nil && byName[uuid] == nil {
      add(Engine(id: id, uuid: uuid))
    }
    nextID = max(nextID, state.nextID, (byID.keys.max() ?? -1) + 1)
  }

  package var state: EngineState {
    EngineState(engines: byID.mapValues(\.uuid), nextID: nextID)
  }
}

/// What is known of an engine's process, for messages to people.
package struct EngineOrigin: Sendable, Hashable {
  package var host: String?
  package var process: Int?

  package init(host: String? = nil, process: Int? = nil) {
    self.host = host
    self.process = process
  }
}

extension EngineRegistry.Engine {
  /// "Engine 3 (uuid, process 4711 at 10.0.0.2)".
  package var description: String {
    var parts = [uuid]
    if let process = origin.process { parts.append("process \(process)") }
    if let host = origin.host { parts.append("at \(host)") }
    return "Engine \(id) (\(parts.joined(separator: ", ")))"
  }
}
