// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The errors of a broadcast, and the combined one that is sent to its client.
struct BroadcastErrors {
  /// In the order of the engines' numbers.
  private let failures: [(number: Int, error: RemoteError)]
  private let engineCount: Int

  init(_ result: BroadcastGathering<Envelope>.Result) {
    let numbers = Dictionary(result.request.targets.map { ($0.id, $0.number) }) { $1 }
    engineCount = numbers.count
    let failed = result.failures.map { ($0.target.number, $0.error) }
    let replied = result.replies.compactMap { Self.failure(in: $0, numbers) }
    failures = (failed + replied).sorted { $0.0 < $1.0 }
  }

  private static func failure(
    in reply: Envelope, _ numbers: [EngineID: Int]
  ) -> (number: Int, error: RemoteError)? {
    guard let metadata = try? reply.readReplyMetadata(), metadata.status != .ok else { return nil }
    let content = try? JSONValue(reply.content)
    let number = metadata.engine.flatMap { numbers[$0] } ?? -1
    var error = RemoteError(
      content?["ename"]?.string ?? "TaskAborted",
      content?["evalue"]?.string ?? "the task was aborted",
      engine: (metadata.engine?.uuid ?? "", number, "apply"))
    if content != nil { error.exactText = exactValue(in: reply.content) }
    return (number, error)
  }

  /// The bytes of an error's text, which Python may have written from any bytes.
  private static func exactValue(in content: [UInt8]) -> JSONString? {
    guard var members = try? JSONMembers(content.span) else { return nil }
    while let member = try? members.next(content.span) {
      if content[member.key].elementsEqual("evalue".utf8) {
        return content.span.jsonString(member.value)
      }
    }
    return nil
  }

  /// The first error, with the numbers of all engines that failed; nil if none did.
  var combined: RemoteError? {
    guard let (number, first) = failures.first else { return nil }
    if failures.count == 1 { return first }
    let others = failures.dropFirst().map { String($0.number) }.joined(separator: ", ")
    var error = first
    let rest = " (on engine \(number); it failed on \(others) too, of \(engineCount) engines)"
    error.text += rest
    error.exactText?.append(JSONString(rest), limit: .max)
    return error
  }
}
