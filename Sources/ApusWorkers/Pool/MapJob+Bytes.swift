// Part of Apus, Apache-2.0. See LICENSE.

/// Maps and pools outside this module, which know elements and results as bytes alone.
extension MapJob {
  /// A map whose elements are all there.
  ///
  /// - Parameters:
  ///   - element: the encoded element at an index.
  ///   - finish: takes the encoded result of the task with an index.
  ///   - fail: takes the failure of a task that is not begun again.
  package convenience init(
    _ function: EncodedFunction, element: @escaping (_ index: Int) -> [UInt8],
    finish: @escaping (_ index: Int, _ result: [UInt8]) -> Void,
    fail: @escaping (RemoteFailure) -> Void, isCancelled: @escaping () -> Bool
  ) {
    self.init(
      function: function.bytes, keepsResults: true,
      element: Self.element { index, writer in writer.append(bytes: element(index)) },
      finish: { index, _, _, reader in finish(index, Array(reader.unread)) },
      fail: fail, isCancelled: isCancelled)
  }

  /// The encoded element at an index; nil if its result is known, or there is none.
  ///
  /// - Throws: an error if it cannot be encoded.
  package func bytes(of index: Int) throws -> [UInt8]? {
    let writer = ByteWriter()
    guard case .encoded = try element(index, writer) else { return nil }
    return writer.bytes
  }

  /// Takes the encoded result of a task.
  ///
  /// - Throws: an error if it cannot be decoded or kept.
  package func finish(
    _ task: GivenTask, worker: Int, result: [UInt8], nanoseconds: Int
  ) throws {
    lastTask?.nanoseconds = nanoseconds
    var reader = ByteReader(result)
    try finish(task.index, task.attempt, worker, &reader)
  }

  /// Takes the failure of a task whose function has thrown.
  package func fail(_ task: GivenTask, worker: Int, type: String, text: String) throws {
    try fail(
      RemoteFailure(
        index: task.index, element: "", attempt: task.attempt, worker: worker,
        cause: .thrown(type: type, text: text), output: "", unshownOutput: "", streamLine: nil,
        again: nil))
  }
}
