// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// Each call is a batch of a map of its own function, so that calls of the same function share its workers.
extension FunctionCall {
  /// Puts the tasks into the queue.
  ///
  /// - Returns: a reply if there is nothing to wait for; else that of ``CallAnswer`` is sent when the tasks have ended.
  func enter(
    _ queue: inout MapQueue, _ functions: KnownFunctions, _ request: EngineRequest
  ) -> EngineReply? {
    do {
      let function = try EncodedFunction(named: name, properties: properties, seed: seed)
      if elements.isEmpty { return EngineReply(buffers: CannedValue.buffers(of: .list([]))) }
      let digest = try Self.digest(of: function)
      functions.insert(function, digest, inUse: queue.functions)
      let map = "call " + digest
      let batch = try PlainTasks.batch(
        elements, first: first ?? (seed == nil ? queue.takeIndices(elements.count) : 0))
      queue.keep(map, MapOffer(function: digest, grace: 5_000_000_000))
      queue.append(
        MapQueue.Entry(
          map: map, batch: batch, request: request.withoutBuffers, call: isMap ? .map : .single))
      return nil
    } catch let error as WorkerError where error.code == .functionNotFound {
      return .failed("NameError", error.message, isForOthers: true)
    } catch {
      return .failed("ValueError", "\(error)")
    }
  }

  private static func digest(of function: EncodedFunction) throws -> String {
    let signer = try MessageSigner(
      key: Array("apus function".utf8), scheme: MessageSigner.defaultScheme)
    return String(decoding: signer.sign([function.bytes]), as: UTF8.self)
  }
}
