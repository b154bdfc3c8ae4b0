// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Decides how many engines are requested and which are released, as the queue needs; a value without side effects.
///
/// An engine is worth a job if it gets half a minute of work. So many short tasks ask for few engines, and as many long ones
/// for one each. While nothing is known of their length, each waiting task counts as a long one, and there is one request in
/// five seconds.
package struct EngineDemand: Sendable {
  /// The work that an engine is worth.
  package static let worth = Duration.seconds(30)
  /// The time between requests for tasks of unknown length.
  private static let probing = Duration.seconds(5)
  /// What was seen of tasks counts less with each look.
  private static let decay = 0.9

  /// What is to be done now.
  package struct Decision: Sendable, Hashable {
    /// The number of engines to request in one job.
    package var request = 0
    /// Engines to release, and how many requests each had answered.
    package var release: [Int: Int] = [:]
    /// The number of engines that wait in the scheduler's queue and that nothing needs any more.
    package var withdraw = 0
  }

  private struct Seen: Sendable {
    var completed: Int
    var idleSince: Instant?
  }

  private let limits: DemandLimits
  private var seen: [Int: Seen] = [:]
  /// The engine-seconds of work and the requests that were seen of late.
  private var busyTime = 0.0
  private var completions = 0.0
  private var lastLook: Instant?
  private var lastRequest: Instant?
  /// Whether engines were missing at the last look.
  private var wasShort = false
  /// Since when more engines are there or on their way than are needed.
  private var surplusSince: Instant?

  package init(_ limits: DemandLimits) { self.limits = limits }

  /// Looks at what a controller says, about once a second.
  ///
  /// - Parameters:
  ///   - starting: the number of engines that were requested and have not joined.
  ///   - waitingJobs: the number of jobs of which no engine has begun.
  ///   - isOwn: whether an engine may be released, because it was requested here.
  package mutating func look(
    _ report: ControllerReport, starting: Int, waitingJobs: Int, now: Instant,
    isOwn: (ControllerReport.Engine) -> Bool
  ) -> Decision {
    learn(report, now)
    let least = min(limits.most, max(report.least ?? limits.least, report.wanted))
    let wanted = min(limits.most, max(least, engines(for: report)))
    var decision = Decision()
    let missing = wanted - report.engines.count - starting
    let isShort = missing > 0
    // A queue that is gone a second later needs no job; nor does one that some engine is on its way to.
    let isUrgent = report.engines.count + starting < max(1, least)
    let isKnown = works(of: report).allSatisfy { $0.waiting == 0 || $0.duration != nil }
    let mayAsk = isKnown || lastRequest.map { $0 + Self.probing <= now } ?? true
    if isShort && (isUrgent || wasShort && mayAsk) && waitingJobs < limits.backlog {
      decision.request = min(missing, limits.enginesOfJob)
      lastRequest = now
    }
    wasShort = isShort
    surplusSince = missing < 0 ? surplusSince ?? now : nil
    if let surplusSince, surplusSince + limits.idle <= now {
      decision.withdraw = min(-missing, starting)
    }
    let spare = report.engines.count - wanted
    if spare > 0 {
      let idle = report.engines.filter { isIdle($0, now) && isOwn($0) }
      for engine in idle.sorted(by: { $0.number > $1.number }).prefix(spare) {
        decision.release[engine.number] = engine.completed
      }
    }
    return decision
  }

  /// Learns how long tasks take, and since when engines have nothing to do.
  private mutating func learn(_ report: ControllerReport, _ now: Instant) {
    let elapsed = lastLook.map { $0.duration(to: now) / .seconds(1) } ?? 0
    lastLook = now
    (busyTime, completions) = (busyTime * Self.decay, completions * Self.decay)
    var next: [Int: Seen] = [:]
    for engine in report.engines {
      let before = seen[engine.number]
      let done = engine.completed - (before?.completed ?? engine.completed)
      completions += Double(max(0, done))
      let hasWorked = engine.isBusy || done != 0 || before == nil
      if engine.isBusy { busyTime += elapsed }
      next[engine.number] = Seen(
        completed: engine.completed, idleSince: hasWorked ? nil : before?.idleSince ?? now)
    }
    seen = next
  }

  private func isIdle(_ engine: ControllerReport.Engine, _ now: Instant) -> Bool {
    seen[engine.number]?.idleSince.map { $0 + limits.idle <= now } ?? false
  }

  /// The number of engines that there is work for.
  private func engines(for report: ControllerReport) -> Int {
    let busy = report.engines.count(where: \.isBusy)
    let works = works(of: report)
    let wanted = works.reduce(0) { min(1 << 20, $0 + Self.engines(for: $1)) }
    let waiting = works.reduce(0) { min(1 << 40, $0 + $1.waiting) }
    // Of engines that are at work, those with long tasks are not free soon.
    let occupied = works.contains { Self.isLong($0) } ? busy : 0
    return max(busy, min(busy + waiting, occupied + wanted))
  }

  /// Whether tasks take so long that those which wait are not worth waiting for.
  private static func isLong(_ work: ControllerReport.Work) -> Bool {
    work.waiting > 0 && work.duration.map { $0 >= worth } ?? true
  }

  private func works(of report: ControllerReport) -> [ControllerReport.Work] {
    let duration: Duration? = completions < 1 ? nil : .seconds(busyTime / completions)
    return report.maps + [ControllerReport.Work(waiting: report.waiting, duration: duration)]
  }

  private static func engines(for work: ControllerReport.Work) -> Int {
    guard work.waiting > 0, let duration = work.duration else {
      return min(work.waiting, 1 << 20)
    }
    let count = (Double(work.waiting) * (duration / worth)).rounded(.up)
    return max(1, min(work.waiting, Int(min(count, 1e6))))
  }
}
