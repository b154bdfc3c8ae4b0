// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusWire

/// An archive in memory that answers when a test says so, or fails.
final class MemoryArchive: RecordArchive {
  var wake: (@Sendable () -> Void)?
  /// The error of all answers, if they fail.
  var failure: RemoteError?
  private(set) var stored: [MessageID: TaskRecord] = [:]
  private(set) var isClosed = false
  private var answers: [() -> Void] = []

  /// The count of questions that have not been answered.
  var openCount: Int { answers.count }

  /// Answers all questions.
  func answer() {
    let due = answers
    answers = []
    for answer in due { answer() }
  }

  private func result<Value>(_ value: () -> Value) -> Result<Value, RemoteError> {
    failure.map { .failure($0) } ?? .success(value())
  }

  private static func matches(_ record: TaskRecord, _ query: RecordQuery) -> Bool {
    if let ids = query.ids { return ids.contains(record.id) }
    var bytes = 0
    return (try? RecordMatcher(query).matches(record, bytes: &bytes)) ?? false
  }

  func store(_ record: TaskRecord) { stored[record.id] = record }

  func find(
    _ query: RecordQuery, _ found: @escaping (Result<[TaskRecord], RemoteError>) -> Void
  ) {
    answers.append { [self] in
      found(result { stored.values.filter { Self.matches($0, query) } })
    }
  }

  func history(_ found: @escaping (Result<[MessageID], RemoteError>) -> Void) {
    answers.append { [self] in
      found(result { stored.keys.sorted { $0.text < $1.text } })
    }
  }

  func remove(_ queries: [RecordQuery], _ removed: @escaping (RemoteError?) -> Void) {
    answers.append { [self] in
      if failure == nil {
        for query in queries {
          stored = stored.filter { !Self.matches($0.value, query) }
        }
      }
      removed(failure)
    }
  }

  func finishReads() -> [ArchiveMessage] { [] }
  func close() -> [ArchiveMessage] {
    isClosed = true
    return []
  }
}
