// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

/// The maps of which an engine has tasks, and the batches that wait; a value without side effects.
///
/// Batches are served in the order in which they came, whoever sent them. A map whose client is not heard of any more is
/// forgotten with its batches.
struct MapQueue {
  /// A batch and the request that brought it.
  struct Entry {
    let map: String
    let batch: TaskBatch
    var request: EngineRequest
    /// How a client of Python gets the results; nil for maps of Swift clients.
    var call: Call?
    /// What its client was sent of its answers while it runs, and has not been heard to have got.
    var unconfirmed: [UInt8] = []
  }

  /// How results of a call are returned.
  enum Call {
    /// The only one by itself; all in a list.
    case single, map
  }

  /// What is known of a map.
  struct Map {
    let offer: MapOffer
    /// When its client was heard of last; nil for the map of a call, whose client need not be.
    var heard: Instant?
    /// Why the engine does not run its tasks; nil if it does.
    var refusal: String?
    /// Its tasks from this index on are not wanted; nil if all are.
    var limit: Int?
    /// How often its client was told how far its tasks are, and the lines of that last time.
    var progress = 0
    var lines: [UInt8] = []
  }

  /// How long a client may be silent.
  static let lease = Duration.seconds(30)

  var maps: [String: Map] = [:]
  private var waiting: [Entry] = []
  var running: [Int: Entry] = [:]
  private var nextID = 0
  private var nextIndex = 1 << 62

  subscript(map: String) -> Map? { maps[map] }

  /// The map whose batch waits longest; nil if none does.
  var next: String? { waiting.first?.map }

  /// Whether a batch has come, and is neither answered nor given back.
  func knows(_ request: MessageID) -> Bool {
    waiting.contains { $0.request.id == request }
      || running.values.contains { $0.request.id == request }
  }

  /// The requests that have not ended.
  var requests: [MessageID] { (waiting + running.values).map(\.request.id) }

  /// The batches at work that may be answered in part; the reply to a call has all of its results or none.
  var runningOfMaps: [Int] { running.filter { $0.value.call == nil }.map(\.key) }

  /// The functions of all maps.
  var functions: Set<String> { Set(maps.values.map(\.offer.function)) }

  /// Takes the map of a call in, which stays until it has no batch any more.
  mutating func keep(_ map: String, _ offer: MapOffer) {
    if maps[map] == nil { maps[map] = Map(offer: offer, heard: nil) }
  }

  /// Forgets the map of a call if none of its batches is left.
  mutating func drop(_ map: String) {
    let isLeft =
      waiting.contains { $0.map == map } || running.values.contains { $0.map == map }
    if !isLeft { maps[map] = nil }
  }

  /// Indices for tasks that have none of their own, each only once.
  mutating func takeIndices(_ count: Int) -> Int {
    nextIndex -= count
    return nextIndex
  }

  /// Takes a map in; batches of a former life of it are forgotten, because its client has given them up.
  mutating func begin(_ map: String, _ offer: MapOffer, now: Instant) {
    waiting.removeAll { $0.map == map }
    maps[map] = Map(offer: offer, heard: now)
  }

  /// Notes that a client still wants its map; false if the map is not known.
  mutating func heard(_ map: String, now: Instant) -> Bool {
    guard maps[map] != nil else { return false }
    maps[map]?.heard = now
    return true
  }

  mutating func append(_ entry: Entry) { waiting.append(entry) }

  /// Lets the answers to a map's batches take the way back of a newer request, since a client has another address after its
  /// connection was cut.
  mutating func reroute(_ map: String, as request: EngineRequest) {
    for index in waiting.indices where waiting[index].map == map {
      waiting[index].request.identities = request.identities
    }
    for (id, entry) in running where entry.map == map {
      running[id]?.request.identities = request.identities
    }
  }

  /// Takes the batch that has waited longest, if it is one of a map; it is running then.
  mutating func start(of map: String, where mayStart: (TaskBatch) -> Bool) -> (Int, TaskBatch)? {
    guard let first = waiting.first, first.map == map, mayStart(first.batch) else { return nil }
    waiting.removeFirst()
    nextID += 1
    running[nextID] = first
    return (nextID, first.batch)
  }

  /// Takes a batch that has been answered.
  mutating func finish(_ id: Int) -> Entry? { running.removeValue(forKey: id) }

  /// Takes batches that have not begun out again.
  mutating func giveBack(_ requests: Set<MessageID>) -> [Entry] {
    let given = waiting.filter { requests.contains($0.request.id) }
    waiting.removeAll { requests.contains($0.request.id) }
    return given
  }

  /// Takes all batches that have not begun out again.
  ///
  /// - Parameter map: whose batches; nil for those of all maps.
  mutating func takeWaiting(of map: String? = nil) -> [Entry] {
    let taken = waiting.filter { map == nil || $0.map == map }
    waiting.removeAll { map == nil || $0.map == map }
    return taken
  }

  /// Notes that the tasks of a map from an index on are not wanted, and takes the batches that have no others.
  mutating func limit(_ map: String, to index: Int) -> [Entry] {
    let lowest = min(index, maps[map]?.limit ?? .max)
    maps[map]?.limit = lowest
    func isUnwanted(_ entry: Entry) -> Bool {
      entry.map == map && entry.batch.tasks.allSatisfy { $0.index >= lowest }
    }
    let unwanted = waiting.filter(isUnwanted)
    waiting.removeAll(where: isUnwanted)
    return unwanted
  }

  /// Forgets a map and its batches; answers to those that are running go nowhere.
  mutating func end(_ map: String) {
    maps[map] = nil
    waiting.removeAll { $0.map == map }
    running = running.filter { $0.value.map != map }
  }

  /// Notes that the tasks of a map cannot run here, and takes its batches.
  mutating func refuse(_ map: String, _ reason: String) -> [Entry] {
    maps[map]?.refusal = reason
    let all = running.values.filter { $0.map == map } + waiting.filter { $0.map == map }
    waiting.removeAll { $0.map == map }
    running = running.filter { $0.value.map != map }
    return all
  }

  /// Forgets the maps of clients that have been silent for too long, and names them.
  mutating func expire(now: Instant) -> [String] {
    let late = maps.filter { $0.value.heard.map { $0 + Self.lease <= now } ?? false }.map(\.key)
    for map in late { end(map) }
    return late
  }
}
