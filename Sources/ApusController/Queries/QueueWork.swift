// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a verbose `queue_request`, found in slices: the identifiers of each engine's requests.
final class QueueWork {
  private enum Stage {
    case assigning([TaskID])
    case sorting(SlicedSort<(engine: Int, kind: Int, id: MessageID)>)
    case writing([(engine: Int, kind: Int, id: MessageID)])
  }

  let query: Query
  private let engines: [Engine]
  private let positions: [EngineID: Int]
  private var stage: Stage
  private var position = 0
  private var sort = SlicedSort<(engine: Int, kind: Int, id: MessageID)>()
  /// For each engine, and one for no engine: its direct requests and its tasks.
  private var lists: [(queue: JSONListText, tasks: JSONListText)]
  private let completed: [JSONText]

  init(_ query: Query, _ engines: [Engine], _ tasks: TaskRouting, _ direct: DirectRequests) {
    self.query = query
    self.engines = engines
    positions = Dictionary(engines.enumerated().map { ($0.element.id, $0.offset) }) { first, _ in
      first
    }
    completed = engines.map { .strings(tasks.completed[$0.id].recent.map(\.text)) }
    lists = Array(repeating: (JSONListText(), JSONListText()), count: engines.count + 1)
    stage = .assigning(tasks.scheduler.unfinishedIDs)
    for (index, engine) in engines.enumerated() {
      for id in direct.requests(at: engine.id) { sort.append((index, 0, id)) }
    }
  }

  /// Goes on until the slice is used up or the answer is complete.
  ///
  /// - Returns: whether it is complete.
  func step(
    _ requests: Requests, _ exchange: inout MessageExchange, _ slice: inout Slice
  ) -> Bool {
    while true {
      switch stage {
      case .assigning(let ids):
        let isComplete = ids.forEach(from: &position, &slice) { id, _ in
          guard requests.tasks.isUnfinished(id) else { return }
          if let engine = requests.tasks.engine(of: id) {
            if let index = positions[engine] { sort.append((index, 1, id)) }
          } else {
            sort.append((engines.count, 1, id))
          }
        }
        guard isComplete else { return false }
        (stage, position) = (.sorting(sort), 0)
      case .sorting(var sort):
        stage = .writing([])
        let sorted = sort.step(&slice) {
          ($0.engine, $0.kind, $0.id.text) < ($1.engine, $1.kind, $1.id.text)
        }
        guard let sorted else {
          stage = .sorting(sort)
          return false
        }
        stage = .writing(sorted)
      case .writing(let sorted):
        let isComplete = sorted.forEach(from: &position, &slice) { item, _ in
          if item.kind == 0 {
            lists[item.engine].queue.append(.string(item.id.text))
          } else {
            lists[item.engine].tasks.append(.string(item.id.text))
          }
        }
        if isComplete { reply(&exchange) }
        return isComplete
      }
    }
  }

  private func reply(_ exchange: inout MessageExchange) {
    var content = JSONListText()
    for (index, engine) in engines.enumerated() {
      var member = JSONListText()
      member.append(name: "queue", array: lists[index].queue)
      member.append(name: "completed", completed[index])
      member.append(name: "tasks", array: lists[index].tasks)
      content.append(name: String(engine.number), object: member)
    }
    content.append(name: "unassigned", array: lists[engines.count].tasks)
    exchange.reply(to: query, content)
  }
}
