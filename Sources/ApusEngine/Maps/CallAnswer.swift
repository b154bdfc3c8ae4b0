// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// The reply to a call whose tasks have ended, and what they have written.
struct CallAnswer {
  var reply: EngineReply
  var lines: [String] = []

  /// - Parameter bytes: the answers of the tasks.
  init(_ entry: MapQueue.Entry, _ call: MapQueue.Call, _ bytes: [UInt8]) {
    do {
      let answers = try PlainAnswers(bytes)
      lines = answers.lines
      let results = entry.batch.tasks.compactMap { answers.results[$0.index]?.pickle }
      if let failure = answers.failure {
        reply = Self.reply(to: failure, of: call)
      } else if results.count < entry.batch.tasks.count {
        reply = EngineReply(outcome: .aborted)
      } else {
        let value = call == .single ? results[0] : .list(results)
        reply = EngineReply(buffers: CannedValue.buffers(of: value))
      }
    } catch {
      reply = .failed("ValueError", "its result cannot be read: \(error)")
    }
  }

  private static func reply(to failure: RemoteFailure, of call: MapQueue.Call) -> EngineReply {
    var text = failure.output.isEmpty ? "" : "\n" + failure.output
    if call == .map { text = " (task \(failure.index))" + text }
    if case .thrown(let type, let words) = failure.cause {
      return .failed(type == WrongProperties.typeName ? "TypeError" : type, words + text)
    }
    if case .coding(let words) = failure.cause { return .failed("TypeError", words + text) }
    return .failed("RemoteFailure", "\(failure.cause)" + text)
  }
}
