// Part of Apus, Apache-2.0. See LICENSE.

/// What became of the tasks of a batch: results, failures, and lines that tasks have written.
enum TaskAnswer {
  enum Kind: UInt8 {
    case result = 1
    case failure, line
  }

  static let wordByteCount = 9
}

/// A failure as it travels; what only the process that mapped knows is added there.
struct TravellingFailure: Codable {
  var cause: RemoteFailure.Cause
  var output: String
  var unshownOutput: String
}

/// Puts answers together, where tasks were run.
package final class AnswerWriter {
  private let writer = ByteWriter()
  /// The time that the tasks have taken together.
  package private(set) var nanoseconds = 0
  /// The number of results and failures so far, those that were taken out included.
  package private(set) var taskCount = 0

  package init() {}

  package var byteCount: Int { writer.count }

  /// Takes the bytes out, and begins anew.
  package func take() -> [UInt8] {
    defer {
      writer.removeAll()
      nanoseconds = 0
    }
    return writer.bytes
  }

  private func begin(_ kind: TaskAnswer.Kind, _ index: Int, worker: Int, size: Int) {
    writer.append(kind.rawValue)
    writer.append(number: Int64(index))
    writer.append(number: UInt16(clamping: worker))
    writer.append(number: Int64(size))
  }

  func append(
    result: ArraySlice<UInt8>, of index: Int, worker: Int, nanoseconds: Int
  ) {
    self.nanoseconds += nanoseconds
    taskCount += 1
    begin(.result, index, worker: worker, size: result.count)
    writer.append(bytes: result)
  }

  /// Appends a result of one word.
  func append(_ answer: WordAnswer) {
    nanoseconds += Int(answer.nanoseconds)
    taskCount += 1
    begin(.result, answer.index, worker: 0, size: TaskAnswer.wordByteCount)
    writer.append(answer.tag)
    writer.append(number: answer.bits)
  }

  func append(_ failure: RemoteFailure) {
    taskCount += 1
    let bytes =
      (try? BinaryEncoder.encode(
        TravellingFailure(
          cause: failure.cause, output: failure.output, unshownOutput: failure.unshownOutput)))
      ?? []
    begin(.failure, failure.index, worker: failure.worker, size: bytes.count)
    writer.append(bytes: bytes)
  }

  package func append(line: String, of index: Int) {
    let bytes = Array(line.utf8)
    begin(.line, index, worker: 0, size: bytes.count)
    writer.append(bytes: bytes)
  }
}
