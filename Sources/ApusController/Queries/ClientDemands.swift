// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// What clients could use engines for, beside the tasks that wait in the controller: for launchers that start engines as the
/// queue needs.
///
/// Maps of Swift keep their tasks until an engine has room, so they say how many wait. What a client has said counts for a
/// while; then it must be said again. A value without side effects.
struct ClientDemands: Sendable {
  /// How long a client's word counts.
  static let validity = Duration.seconds(10)
  /// The most clients whose words are kept.
  static let mostClients = 4096

  /// What one client has said.
  struct Demand: Sendable, Hashable {
    /// Tasks that wait for an engine.
    var waiting = 0
    /// What each takes, in nanoseconds; nil if that is not known.
    var nanoseconds: Int?
    /// The number of engines that it waits for.
    var engines = 0

    init() {}
  }

  private var demands: [ClientID: (demand: Demand, end: Instant)] = [:]
  /// The engines that are kept whatever there is to do; nil if nobody has said so.
  private(set) var leastEngines: Int?
  /// Until when a launcher is said to start engines on demand.
  private var supplyEnd: Instant?

  init() {}

  /// Takes in what a client has said with its question for the engines; most say nothing.
  mutating func heard(_ client: ClientID, _ content: JSONValue, now: Instant) {
    guard let said = content["apus_demand"] else { return }
    var demand = Demand()
    demand.waiting = min(max(0, said["waiting"]?.integer ?? 0), 1 << 40)
    demand.nanoseconds = said["nanoseconds"]?.integer.map { min(max(0, $0), 1 << 60) }
    demand.engines = min(max(0, said["engines"]?.integer ?? 0), 1 << 20)
    guard demand != Demand() else {
      demands[client] = nil
      return
    }
    if demands.count >= Self.mostClients { demands = demands.filter { $0.value.end > now } }
    guard demands[client] != nil || demands.count < Self.mostClients else { return }
    demands[client] = (demand, now + Self.validity)
  }

  /// Takes in how many engines are to be kept.
  mutating func keep(_ engines: Int) { leastEngines = min(max(0, engines), 1 << 20) }

  /// Takes in that a launcher starts engines on demand.
  mutating func supplied(now: Instant) { supplyEnd = now + Self.validity }

  /// Whether a launcher starts engines on demand.
  func isSupplied(now: Instant) -> Bool { supplyEnd.map { now < $0 } ?? false }

  /// What clients could use, as far as it still counts.
  func current(now: Instant) -> [Demand] {
    demands.values.filter { $0.end > now }.map(\.demand)
  }

  /// What the answer to a question for the engines says of those that are started on demand.
  func supply(now: Instant) -> [(String, JSONText)] {
    isSupplied(now: now) ? [("apus_on_demand", JSONText(.bool(true)))] : []
  }

  /// The members of a controller's status.
  func status(now: Instant) -> [(String, JSONText)] {
    let demands = current(now: now)
    let maps = demands.filter { $0.waiting > 0 }.map { demand in
      JSONValue.object([
        "waiting": .integer(demand.waiting),
        "nanoseconds": demand.nanoseconds.map { .integer($0) } ?? .null,
      ])
    }
    return [
      ("maps", JSONText(.array(maps))),
      ("wanted", .integer(demands.map(\.engines).max() ?? 0)),
      ("least", leastEngines.map { .integer($0) } ?? .null),
    ]
  }
}
