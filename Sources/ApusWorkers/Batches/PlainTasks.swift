// Part of Apus, Apache-2.0. See LICENSE.

/// Tasks whose elements and results are plain data.
package enum PlainTasks {
  /// A batch of tasks with indices that follow each other.
  ///
  /// - Throws: an error if there are no elements.
  package static func batch(_ elements: [PlainValue], first: Int) throws -> TaskBatch {
    let writer = ByteWriter()
    for (place, element) in elements.enumerated() {
      let start = TaskHead.begin(writer, index: first + place, attempt: 1)
      element.append(to: writer)
      TaskHead.end(writer, start)
    }
    return try TaskBatch(writer.bytes)
  }
}

/// What became of the tasks of a batch whose results are plain data.
package struct PlainAnswers {
  /// Results by the indices of their tasks.
  package private(set) var results: [Int: PlainValue] = [:]
  /// The failure of the task with the smallest index among those that have failed.
  package private(set) var failure: RemoteFailure?
  /// Lines that tasks have written.
  package private(set) var lines: [String] = []

  /// - Parameter bytes: answers in any order.
  /// - Throws: an error if the bytes are none.
  package init(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    while !reader.isAtEnd {
      let kind = TaskAnswer.Kind(rawValue: try reader.byte())
      let index = Int(try reader.number(Int64.self))
      let worker = Int(try reader.number(UInt16.self))
      let size = Int(try reader.number(Int64.self))
      switch kind {
      case .result: results[index] = try reader.withPart(size) { try PlainValue(&$0) }
      case .failure:
        let failure = try reader.withPart(size) { try TravellingFailure(reading: &$0) }
        note(failure, of: index, worker: worker)
      case .line: lines.append(String(decoding: try reader.take(size), as: UTF8.self))
      case nil: throw ByteReader.Malformed(description: "an answer is of an unknown kind")
      }
    }
  }

  private mutating func note(_ failure: TravellingFailure, of index: Int, worker: Int) {
    guard index < self.failure?.index ?? .max else { return }
    self.failure = RemoteFailure(
      index: index, element: "", attempt: 1, worker: worker, cause: failure.cause,
      output: failure.output, unshownOutput: failure.unshownOutput, streamLine: nil, again: nil)
  }
}
