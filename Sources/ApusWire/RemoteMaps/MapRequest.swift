// Part of Apus, Apache-2.0. See LICENSE.

/// What a Swift client asks of a Swift engine about one of its maps.
///
/// It travels in the metadata of an ordinary request under the name `apus`, so that any controller forwards it, and an engine
/// of Python answers it with an error. What is large follows in buffers.
package enum MapRequest: Sendable, Hashable {
  /// Here is a map: its function by digest, and its limits. Buffers: nothing if the engine should know the function, else its
  /// bytes and the long arrays among its captures. Work channel.
  case begin(MapOffer)
  /// Run these tasks. Buffers: one batch. Work channel.
  case tasks
  /// Which of these requests with tasks do you not know? The map is still wanted, and the last answer to this that has come had
  /// the number `seen`. Work channel, behind the tasks.
  case renew(requests: [MessageID], seen: Int)
  /// Answer these requests now if their tasks have not begun. Control channel.
  case giveBack(requests: [MessageID])
  /// Nobody wants the tasks from this index on any more, because an earlier one has failed. Control channel.
  case limit(Int)
  /// End all tasks of the map and forget it. Control channel.
  case end

  private var verb: String {
    switch self {
    case .begin: "begin"
    case .tasks: "tasks"
    case .renew: "renew"
    case .giveBack: "give back"
    case .limit: "limit"
    case .end: "end"
    }
  }

  /// Raised with each change of these messages or of what is in their buffers.
  package static let version = 3

  /// The metadata of a request about a map.
  package func metadata(map: String) -> JSONText {
    var members: [(String, JSONText)] = [
      ("version", .integer(Self.version)), ("do", .string(verb)), ("map", .string(map)),
    ]
    switch self {
    case .begin(let offer): members += offer.members
    case .renew(let requests, let seen):
      members.append(("requests", .strings(requests.map(\.text))))
      members.append(("seen", .integer(seen)))
    case .giveBack(let requests):
      members.append(("requests", .strings(requests.map(\.text))))
    case .limit(let index): members.append(("limit", .integer(index)))
    case .tasks, .end: break
    }
    return JSONText(object: [("apus", JSONText(object: members))])
  }

  /// Reads the metadata of a request.
  ///
  /// - Returns: nil if it is none of a Swift client.
  /// - Throws: ``WireError`` `.malformed`; `.unusable` for another version.
  package static func read(
    _ metadata: JSONValue
  ) throws(WireError) -> (map: String, request: MapRequest)? {
    guard let object = metadata["apus"] else { return nil }
    guard object["version"]?.integer == version else {
      throw WireError(
        .unusable,
        "the client speaks version \(object["version"]?.integer ?? 0) of Apus's messages, this engine version \(version): build both with the same Apus"
      )
    }
    guard let verb = object["do"]?.string, let map = object["map"]?.string, !map.isEmpty else {
      throw malformed
    }
    return (map, try read(verb, object))
  }

  private static func read(_ verb: String, _ object: JSONValue) throws(WireError) -> MapRequest {
    switch verb {
    case "begin": return .begin(try MapOffer(object))
    case "tasks": return .tasks
    case "renew":
      return .renew(requests: try requests(object), seen: object["seen"]?.integer ?? 0)
    case "give back": return .giveBack(requests: try requests(object))
    case "limit":
      guard let index = object["limit"]?.integer, index >= 0 else { throw malformed }
      return .limit(index)
    case "end": return .end
    default: throw malformed
    }
  }

  private static func requests(_ object: JSONValue) throws(WireError) -> [MessageID] {
    guard let requests = object["requests"]?.strings else { throw malformed }
    return requests.map { MessageID($0) }
  }

  private static var malformed: WireError {
    WireError(.malformed, "a request about a map that makes no sense")
  }
}

/// What an engine must know about a map before its tasks.
package struct MapOffer: Sendable, Hashable {
  /// The digest of the function with its captures, in hexadecimal.
  package var function: String
  /// The nanoseconds that a task may take, and those between the word to end and the end.
  package var timeLimit: Int?
  package var grace: Int
  /// The bytes of memory that a worker may have, and those above which it is replaced.
  package var memory: Int?
  package var replacementMemory: Int?
  package var tasksPerWorker: Int?
  /// The nanoseconds that a task is said to take.
  package var expected: Int?
  /// The client's program and its build, as engines of the same program understand it.
  package var program: String?

  package init(function: String, grace: Int) { (self.function, self.grace) = (function, grace) }

  fileprivate var members: [(String, JSONText)] {
    let numbers = [
      ("time_limit", timeLimit), ("grace", grace), ("memory", memory),
      ("replacement_memory", replacementMemory), ("tasks_per_worker", tasksPerWorker),
      ("expected", expected),
    ]
    return [("function", JSONText.string(function))]
      + (program.map { [("program", JSONText.string($0))] } ?? [])
      + numbers.compactMap { name, value in value.map { (name, .integer($0)) } }
  }

  fileprivate init(_ object: JSONValue) throws(WireError) {
    guard let function = object["function"]?.string, !function.isEmpty,
      let grace = object["grace"]?.integer, grace >= 0
    else { throw WireError(.malformed, "an offer of a map without its function or grace") }
    self.init(function: function, grace: grace)
    timeLimit = object["time_limit"]?.integer
    memory = object["memory"]?.integer
    replacementMemory = object["replacement_memory"]?.integer
    tasksPerWorker = object["tasks_per_worker"]?.integer
    expected = object["expected"]?.integer
    program = object["program"]?.string
    for value in [timeLimit, memory, replacementMemory, tasksPerWorker, expected] {
      guard value ?? 1 > 0 else {
        throw WireError(.malformed, "an offer of a map with a limit of \(value ?? 0)")
      }
    }
  }
}

/// What a Swift engine answers beside the usual metadata of a reply.
package enum MapReply {
  /// The engine does not know the function: its bytes are needed.
  package static let needsFunction = "needs function"
  /// The engine gives tasks back that it does not begin, because its allocation ends; buffer: answers of those that have ended.
  package static let handedBack = "handed back"
  /// The name of the error with which an engine refuses a map; others may still run it.
  package static let refusal = "MapRefused"
  /// The name of the error with which a controller answers what it cannot deliver to an engine.
  package static let undelivered = "EngineError"
  /// The name of the error for tasks of a map that the engine does not know, or no longer.
  package static let unknownMap = "UnknownMap"
}
