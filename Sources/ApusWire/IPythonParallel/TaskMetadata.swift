// Part of Apus, Apache-2.0. See LICENSE.

/// The metadata of a load-balanced request: where and when its task may run.
package struct TaskMetadata: Sendable, Hashable {
  /// Tasks that must finish before it runs.
  package var after = Dependency.none
  /// Tasks on whose engines it must run.
  package var follow = Dependency.none
  /// Seconds that it may wait; 0 for no limit.
  package var timeout = 0.0
  /// The engines that may run it; empty for any.
  package var targets: [EngineID] = []
  /// How many times it may be retried on another engine.
  package var retries = 0

  package init() {}

  package init(_ bytes: Span<UInt8>) throws(WireError) {
    guard bytes.count <= JSONValue.longest else {
      throw WireError(.tooLarge, "metadata of \(bytes.count) bytes")
    }
    var members = try JSONMembers(bytes)
    while let member = try members.next(bytes) {
      if bytes.holds("after", at: member.key) {
        after = try Self.dependency(bytes, member.value)
      } else if bytes.holds("follow", at: member.key) {
        follow = try Self.dependency(bytes, member.value)
      } else if bytes.holds("targets", at: member.key) {
        targets = try Self.targets(bytes, member.value)
      } else if bytes.holds("timeout", at: member.key) {
        timeout = try Self.number(bytes, member.value)
      } else if bytes.holds("retries", at: member.key) {
        retries = Int(clamping: Int64(max(-1e15, min(1e15, try Self.number(bytes, member.value)))))
      }
    }
  }

  private static func isEmpty(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
    bytes.holds("[]", at: value) || bytes.holds("null", at: value)
  }

  private static func dependency(
    _ bytes: Span<UInt8>, _ value: Range<Int>
  ) throws(WireError) -> Dependency {
    if isEmpty(bytes, value) { return .none }
    return try Dependency(JSONValue(bytes.copy(value)))
  }

  private static func targets(
    _ bytes: Span<UInt8>, _ value: Range<Int>
  ) throws(WireError) -> [EngineID] {
    if isEmpty(bytes, value) { return [] }
    guard let targets = try JSONValue(bytes.copy(value)).strings else {
      throw WireError(.malformed, "targets must be a list of uuids")
    }
    return targets.map { EngineID($0) }
  }

  private static func number(
    _ bytes: Span<UInt8>, _ value: Range<Int>
  ) throws(WireError) -> Double {
    if value.count == 1, (0x30...0x39).contains(bytes[value.lowerBound]) {
      return Double(bytes[value.lowerBound] - 0x30)
    }
    if bytes.holds("0.0", at: value) || bytes.holds("null", at: value) { return 0 }
    guard let number = try JSONValue(bytes.copy(value)).number, number.isFinite else {
      throw WireError(.malformed, "timeout and retries must be numbers")
    }
    return number
  }
}
