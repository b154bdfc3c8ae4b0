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

  /// The most engines that a task may name.
  package static let maximumTargets = 65_536

  package init() {}

  package init(_ bytes: Span<UInt8>) throws(WireError) {
    guard bytes.count <= JSONValue.longest else {
      throw WireError(.tooLarge, "metadata of \(bytes.count) bytes")
    }
    // Of members of the same name the last one counts, and only that is read.
    var (afterRange, followRange, targetsRange): (Range<Int>?, Range<Int>?, Range<Int>?)
    var members = try JSONMembers(bytes)
    while let member = try members.next(bytes) {
      if bytes.holds("after", at: member.key) {
        afterRange = member.value
      } else if bytes.holds("follow", at: member.key) {
        followRange = member.value
      } else if bytes.holds("targets", at: member.key) {
        targetsRange = member.value
      } else if bytes.holds("timeout", at: member.key) {
        timeout = try Self.number(bytes, member.value)
      } else if bytes.holds("retries", at: member.key) {
        retries = Int(clamping: Int64(max(-1e15, min(1e15, try Self.number(bytes, member.value)))))
      }
    }
    if let range = afterRange { after = try Self.dependency(bytes, range) }
    if let range = followRange { follow = try Self.dependency(bytes, range) }
    if let range = targetsRange { targets = try Self.targets(bytes, range) }
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
    guard targets.count <= Self.maximumTargets else {
      throw WireError(
        .tooLarge, "a task for \(targets.count) engines, more than \(Self.maximumTargets)")
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
