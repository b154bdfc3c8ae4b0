// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import ApusWire

/// How many tasks an engine has ended, how fast, and the memory that it has had.
struct EngineUsage {
  /// The request, on the control channel, that only Apus sends.
  static let request = MessageType("apus_usage_request")

  private var tasks = 0
  private var rate: RecentRate

  init(now: Instant) { rate = RecentRate(now: now) }

  /// Notes tasks that have ended.
  mutating func add(_ count: Int, now: Instant) {
    tasks += count
    rate.add(count, now: now)
  }

  /// The answer to a request.
  func reply(now: Instant) -> EngineReply {
    let memory = ProcessMemory.peak(withChildrenOf: LocalHost.processID)
    return EngineReply(
      outcome: .ok([
        ("tasks", .integer(tasks)), ("rate", JSONText(.number(rate.value(now: now)))),
        ("memory", JSONText(memory.map { .integer($0) } ?? .null)),
      ]))
  }
}
