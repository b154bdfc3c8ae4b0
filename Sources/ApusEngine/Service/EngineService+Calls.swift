// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// Calls of Swift functions by clients of Python: each is a batch of a map of its own function, so that calls of the same function
/// share its workers.
extension EngineService {
  /// What the name of such a map begins with.
  private static let mapPrefix = "call "

  /// Puts the tasks of a call into the queue; its reply is sent when they have ended.
  func begin(_ call: FunctionCall, _ request: EngineRequest) {
    do {
      let function = try EncodedFunction(
        named: call.name, properties: call.properties, seed: call.seed)
      let digest = try Self.digest(of: function)
      functions.insert(function, digest, inUse: queue.functions)
      let map = Self.mapPrefix + digest
      if call.elements.isEmpty { return finish(request, results: []) }
      let first = call.first ?? queue.takeIndices(call.elements.count)
      let batch = try PlainTasks.batch(call.elements, first: first)
      queue.keep(map, MapOffer(function: digest, grace: 5_000_000_000))
      queue.append(
        MapQueue.Entry(
          map: map, batch: batch, request: request.withoutBuffers, call: call.isMap ? .map : .single
        ))
    } catch let error as WorkerError where error.code == .functionNotFound {
      finish(request, EngineReply.failed("NameError", error.message))
    } catch {
      finish(request, EngineReply.failed("ValueError", "\(error)"))
    }
  }

  private static func digest(of function: EncodedFunction) throws -> String {
    let signer = try MessageSigner(
      key: Array("apus function".utf8), scheme: MessageSigner.defaultScheme)
    return String(decoding: signer.sign([function.bytes]), as: UTF8.self)
  }

  /// Sends the reply to a call whose tasks have ended.
  func finish(_ entry: MapQueue.Entry, _ call: MapQueue.Call, _ bytes: [UInt8]) {
    queue.drop(entry.map)
    do {
      let answers = try PlainAnswers(bytes)
      for line in answers.lines { publish(line: line, entry.request) }
      if let failure = answers.failure {
        return finish(entry.request, Self.reply(to: failure, of: call))
      }
      let results = entry.batch.tasks.compactMap { answers.results[$0.index]?.pickle }
      guard results.count == entry.batch.tasks.count else {
        return finish(entry.request, EngineReply(outcome: .aborted))
      }
      switch call {
      case .single: finish(entry.request, results: results[0])
      case .map: finish(entry.request, results: .list(results))
      }
    } catch {
      finish(entry.request, .failed("ValueError", "its result cannot be read: \(error)"))
    }
  }

  private static func reply(to failure: RemoteFailure, of call: MapQueue.Call) -> EngineReply {
    var text = failure.output.isEmpty ? "" : "\n" + failure.output
    if call == .map { text = " (task \(failure.index))" + text }
    if case .thrown(let type, let words) = failure.cause {
      return .failed(type, words + text)
    }
    return .failed("RemoteFailure", "\(failure.cause)" + text)
  }

  private func finish(_ request: EngineRequest, results: PickleValue) {
    finish(request, EngineReply(buffers: CannedValue.buffers(of: results)))
  }

  private func finish(_ request: EngineRequest, results: [PickleValue]) {
    finish(request, results: .list(results))
  }

  /// Sends a reply, and the word that the request is done with.
  func finish(_ request: EngineRequest, _ reply: EngineReply) {
    send(reply, to: request)
    publish("status", request, [("execution_state", .string("idle"))])
  }

  private func publish(line: String, _ request: EngineRequest) {
    publish(
      "stream.stdout", request, [("name", .string("stdout")), ("text", .string(line + "\n"))],
      as: "stream")
  }
}
