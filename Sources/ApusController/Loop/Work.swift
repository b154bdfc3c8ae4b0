// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A request that is answered in slices between other work, because it may be about many names or records.
///
/// Each case is an object: its state grows from slice to slice, and to copy it each time would take longer than the work.
enum Work {
  case unread(UnreadQuery)
  case results(ResultsWork)
  case records(RecordsWork)
  case history(HistoryWork)
  case purge(PurgeWork)
  case resubmission(ResubmissionWork)
  case queues(QueueWork)
  case abort(AbortWork)
  case withdrawal(WithdrawalWork)
  case restoration(RestorationWork)
  case sending(LongMessage)

  /// The query to answer; nil if there is none.
  var query: Query? {
    switch self {
    case .results(let work): work.query
    case .records(let work): work.query
    case .history(let work): work.query
    case .purge(let work): work.query
    case .resubmission(let work): work.query
    case .queues(let work): work.query
    case .withdrawal(let work): work.query
    case .abort, .restoration, .sending, .unread: nil
    }
  }
}

/// Requests that are being answered: those that wait for their next slice, and those that wait for the archive.
struct WorkQueue {
  /// The most requests that wait for their next slice; more are refused.
  static let longest = 256

  private(set) var waiting = Queue<Work>()
  private var asked: [Int: Work] = [:]
  private var nextToken = 0

  var isFull: Bool { waiting.count >= Self.longest || asked.count >= Self.longest }

  mutating func append(_ work: Work) { waiting.append(work) }

  mutating func popFirst() -> Work? { waiting.popFirst() }

  /// Keeps a request until the archive has answered.
  ///
  /// - Returns: the token of the question.
  mutating func suspend(_ work: Work) -> Int {
    nextToken += 1
    asked[nextToken] = work
    return nextToken
  }

  /// Removes and returns the request that waits for an answer of the archive.
  mutating func resume(_ token: Int) -> Work? { asked.removeValue(forKey: token) }
}
