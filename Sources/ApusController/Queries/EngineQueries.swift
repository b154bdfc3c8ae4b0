// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Answers queries about engines and their work.
struct EngineQueries {
  /// The process ID of the controller.
  let process: Int
  let engines: EngineTable
  let tasks: TaskRouting
  let direct: DirectRequests

  /// `connection_request`: the engines that have joined.
  func connection() -> [(String, JSONText)] {
    let members = engines.registry.joined.map {
      (String($0.number), JSONText.string($0.id.uuid))
    }
    return [("engines", JSONText(object: members))]
  }

  /// `queue_request`: the counts of each engine's unfinished and finished requests.
  func queueCounts(_ engines: [Engine]) -> [(String, JSONText)] {
    let members = engines.map { engine -> (String, JSONText) in
      let counts: [(String, JSONText)] = [
        ("queue", .integer(direct.count(at: engine.id))),
        ("completed", .integer(tasks.completed[engine.id].count)),
        ("tasks", .integer(tasks.scheduler.taskCount(at: engine.id))),
      ]
      return (String(engine.number), JSONText(object: counts))
    }
    return members + [("unassigned", .integer(tasks.scheduler.waitingCount))]
  }

  /// `load_request`: the count of unanswered requests at each engine.
  func load(_ content: JSONValue) throws(RemoteError) -> [(String, JSONText)] {
    try engines(content["targets"]).map { engine throws(RemoteError) in
      let count = direct.count(at: engine.id) + tasks.scheduler.taskCount(at: engine.id)
      return (String(engine.number), JSONText.integer(count))
    }
  }

  /// `apus_status_request`, which only Apus sends: the engines, their processes and their work.
  func status(now: Instant) -> [(String, JSONText)] {
    let members = engines.registry.joined.map { engine -> (String, JSONText) in
      let members: [String: JSONValue] = [
        "uuid": .string(engine.id.uuid), "host": engine.origin.host.map { .string($0) } ?? .null,
        "process": engine.origin.process.map { .integer($0) } ?? .null,
        "queue": .integer(direct.count(at: engine.id)),
        "tasks": .integer(tasks.scheduler.taskCount(at: engine.id)),
        "completed": .integer(tasks.completed[engine.id].count),
        "returning": .bool(engines.isReturning(engine.id)),
        "rate": .number(tasks.completed.rate(of: engine.id, now: now)),
      ]
      return (String(engine.number), JSONText(.object(members)))
    }
    return [
      ("process", .integer(process)), ("engines", JSONText(object: members)),
      ("unassigned", .integer(tasks.scheduler.waitingCount)),
    ]
  }

  /// The engines that a request names, by number or uuid, each once.
  ///
  /// - Throws: `IndexError` for one that is not here.
  func engines(_ targets: JSONValue?) throws(RemoteError) -> [Engine] {
    guard let targets, !targets.isNull else { return engines.registry.joined }
    let wanted = targets.array ?? [targets]
    var found: [Engine] = []
    var seen: Set<EngineID> = []
    for target in wanted {
      let engine =
        target.integer.flatMap { engines.registry.engine(number: $0) }
        ?? target.string.flatMap { engines.registry.engine(EngineID($0)) }
      guard let engine else {
        throw RemoteError("IndexError", "No Such Engine: \(JSONText(target))")
      }
      if seen.insert(engine.id).inserted { found.append(engine) }
    }
    if found.isEmpty { throw RemoteError("IndexError", "No Engines Registered") }
    return found
  }
}
