// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The requests that a `resubmit_request` names, found and made again in slices.
///
/// Nothing is submitted unless all of them can be.
final class ResubmissionWork {
  private enum Stage {
    case reading(IdentifierList)
    case indexing([MessageID])
    case checking([MessageID])
    case making([MessageID])
    case submitting
  }

  let query: Query
  private var stage: Stage
  private var archived: [TaskRecord] = []
  private var position = 0
  private var found: [MessageID: TaskRecord] = [:]
  private var made: [Resubmission] = []
  private var renamed = JSONListText()

  init(_ query: Query) throws(RemoteError) {
    self.query = query
    stage = .reading(try IdentifierList(query.content["msg_ids"]))
  }

  /// Takes in the archive's records.
  func resume(with records: [TaskRecord]) { archived = records }

  /// What follows when a slice is used up or a stage has ended.
  enum Progress {
    case unfinished
    /// The archive must be asked for these records.
    case needsArchive([MessageID])
    /// This one must be submitted now.
    case submit(Resubmission)
    case ended
  }

  /// - Throws: `KeyError` if a request or its arguments are not kept any more.
  func step(
    _ records: RecordKeeping, _ exchange: inout MessageExchange, _ slice: inout Slice
  ) throws(RemoteError) -> Progress {
    while true {
      switch stage {
      case .reading(var list):
        stage = .submitting
        guard try list.step(&slice) else {
          stage = .reading(list)
          return .unfinished
        }
        stage = .indexing(list.ids)
        if records.hasArchive { return .needsArchive(list.ids) }
      case .indexing(let ids):
        let isComplete = archived.forEach(from: &position, &slice) { record, _ in
          found[record.id] = record
        }
        guard isComplete else { return .unfinished }
        (stage, position) = (.checking(ids), 0)
      case .checking(let ids):
        guard try check(ids, records, &slice) else { return .unfinished }
        (stage, position) = (.making(ids), 0)
      case .making(let ids):
        guard try make(ids, &exchange, &slice) else { return .unfinished }
        (stage, position) = (.submitting, 0)
      case .submitting:
        guard position < made.count else {
          var content = JSONListText()
          content.append(name: "resubmitted", object: renamed)
          exchange.reply(to: query, content)
          return .ended
        }
        if slice.isUsedUp { return .unfinished }
        slice.count()
        position += 1
        let next = made[position - 1]
        renamed.append(name: next.record.id.text, .string(next.header.id.text))
        return .submit(next)
      }
    }
  }

  private func check(
    _ ids: [MessageID], _ records: RecordKeeping, _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    try ids.forEach(from: &position, &slice) { id, _ throws(RemoteError) in
      guard let record = found[id] ?? records[id], record.request != nil else {
        throw RemoteError("KeyError", "No such msg(s): \([id.text])")
      }
      guard !record.hasDroppedBuffers else {
        throw RemoteError(
          "KeyError", "the arguments of \(id) are not kept any more; they were too large")
      }
      found[id] = record
    }
  }

  private func make(
    _ ids: [MessageID], _ exchange: inout MessageExchange, _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    try ids.forEach(from: &position, &slice) { id, slice throws(RemoteError) in
      guard let record = found[id], let request = record.request else { return }
      slice.count(bytes: request.byteCount)
      do throws(WireError) {
        made.append(try Resubmission(record, request, &exchange))
      } catch {
        throw RemoteError("ValueError", error.message)
      }
    }
  }
}
