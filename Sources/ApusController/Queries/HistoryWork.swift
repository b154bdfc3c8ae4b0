// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a `history_request`, found in slices: the identifiers of all requests in the order of their
/// submission.
final class HistoryWork {
  private enum Stage {
    case scanning([MessageID])
    case sorting(SlicedSort<SubmittedRecord>)
    case sorted([SubmittedRecord])
    /// Identifiers that the archive has put in order.
    case listed([MessageID])
  }

  let query: Query
  private var stage: Stage
  private var position = 0
  private var sort = SlicedSort<SubmittedRecord>()
  private var history = JSONListText()

  /// The history of the records in memory.
  init(_ query: Query, _ records: RecordKeeping) {
    self.query = query
    stage = .scanning(records.ids)
  }

  /// The history that the archive has found.
  init(_ query: Query, _ ids: [MessageID]) {
    self.query = query
    stage = .listed(ids)
  }

  /// Goes on until the slice is used up or the answer is complete.
  ///
  /// - Returns: whether it is complete.
  func step(
    _ records: RecordKeeping, _ exchange: inout MessageExchange, _ slice: inout Slice
  ) -> Bool {
    while true {
      switch stage {
      case .scanning(let ids):
        let isComplete = ids.forEach(from: &position, &slice) { id, _ in
          if let record = records[id], record.submitted != nil {
            sort.append(SubmittedRecord(record))
          }
        }
        guard isComplete else { return false }
        stage = .sorting(sort)
      case .sorting(var sort):
        stage = .listed([])
        guard let sorted = sort.step(&slice, { $0 < $1 }) else {
          stage = .sorting(sort)
          return false
        }
        stage = .sorted(sorted)
        position = 0
      case .sorted(let sorted):
        let isComplete = sorted.forEach(from: &position, &slice) { item, _ in
          history.append(.string(item.record.id.text))
        }
        return finish(isComplete, &exchange)
      case .listed(let ids):
        let isComplete = ids.forEach(from: &position, &slice) { id, _ in
          history.append(.string(id.text))
        }
        return finish(isComplete, &exchange)
      }
    }
  }

  private func finish(_ isComplete: Bool, _ exchange: inout MessageExchange) -> Bool {
    guard isComplete else { return false }
    var content = JSONListText()
    content.append(name: "history", array: history)
    exchange.reply(to: query, content)
    return true
  }
}
