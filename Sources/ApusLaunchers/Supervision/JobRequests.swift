// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Requests jobs while a cluster runs: for engines whose jobs have ended, or as many as the queue needs.
final class JobRequests {
  private let plan: ClusterPlan
  private let engines: EngineSet
  private let groups: EngineGroups
  private let onEvent: (Supervisor.Event) -> Void
  private let clock = MonotonicClock()
  private var demand: EngineDemand?
  /// How many engines in a row have ended before they had worked for some time.
  private var failures = 0

  init(
    _ plan: ClusterPlan, _ engines: EngineSet, _ groups: EngineGroups,
    onEvent: @escaping (Supervisor.Event) -> Void
  ) {
    (self.plan, self.engines, self.groups, self.onEvent) = (plan, engines, groups, onEvent)
    demand = plan.demand.map { EngineDemand($0) }
  }

  /// Whether engines are still to come.
  var isAwaiting: Bool {
    if demand != nil { return failures <= RestartPolicy.maximumFailures }
    return engines.isAwaiting(replaces: plan.replacesJobs)
  }

  /// Does what is due; to be called after the engines of a report were noted.
  func look(_ report: ControllerReport, _ link: any ControllerLink, _ file: inout ClusterFile) {
    engines.look()
    if demand == nil {
      replace(&file)
    } else {
      follow(report, link, &file)
    }
  }

  // MARK: Replacement

  private func replace(_ file: inout ClusterFile) {
    engines.findLost { [onEvent] in
      let count = RestartPolicy.maximumFailures + 1
      let reason = "it has ended \(count) times soon after its start"
      onEvent(.engineGivenUp("an engine's job", reason: reason))
    }
    guard plan.replacesJobs else { return }
    guard let index = engines.nextReplacement({ newGroup($0) }) else { return }
    submit(index, &file, refused: "no new job for engines whose jobs have ended") { count, job in
      .replaced(count, job: job)
    }
  }

  private func newGroup(_ count: Int) -> EngineGroup? {
    groups.replacement(
      count, mark: EngineMark("apus-" + RandomName.session().prefix(20)))
  }

  // MARK: Demand

  private func follow(
    _ report: ControllerReport, _ link: any ControllerLink, _ file: inout ClusterFile
  ) {
    link.supply()
    forgetEnded()
    guard failures <= RestartPolicy.maximumFailures else { return }
    let now = clock.now
    let processes = engines.roster.processes
    let decision = demand?.look(
      report, starting: engines.roster.startingCount + report.returning,
      waitingJobs: engines.roster.waitingGroups,
      now: now, isOwn: { $0.process.map { processes.contains($0) } ?? false })
    guard let decision else { return }
    if !decision.release.isEmpty { release(decision.release, report, link) }
    if decision.withdraw > 0 {
      let count = engines.withdraw(decision.withdraw)
      if count > 0 { onEvent(.withdrawn(count)) }
    }
    engines.cancelReleased { [onEvent] in onEvent(.notice($0)) }
    // One that could not be submitted comes first, under the same name.
    let hasUnsubmitted = engines.hasUnsubmitted
    guard decision.request > 0 || hasUnsubmitted else { return }
    guard let index = engines.nextAddition({ newGroup(decision.request) }) else { return }
    submit(index, &file, refused: "no new job for the tasks that wait") { count, job in
      .requested(count, job: job)
    }
  }

  /// Forgets engines that have ended, and waits longer and longer before new ones are requested if they end soon.
  private func forgetEnded() {
    let ends = engines.forgetEnded()
    if ends.early == 0 {
      if ends.late > 0 || engines.roster.joined > 0 {
        failures = 0
        engines.hasWorked()
      }
      return
    }
    failures += 1
    engines.endedEarly()
    if failures > RestartPolicy.maximumFailures {
      onEvent(
        .engineGivenUp(
          "an engine's job", reason: "jobs have ended \(failures) times before they could work"))
    } else if failures == 1 {
      onEvent(.notice("\(ends.early) engines have ended soon after their start"))
    }
  }

  private func release(
    _ idle: [Int: Int], _ report: ControllerReport, _ link: any ControllerLink
  ) {
    guard let released = try? link.release(idle), !released.isEmpty else { return }
    let processes = report.engines.filter { released.contains($0.number) }
      .compactMap(\.process)
    engines.released(processes)
    onEvent(.released(released.count))
  }

  // MARK: Submission

  private func submit(
    _ index: Int, _ file: inout ClusterFile, refused: String,
    _ event: (Int, String) -> Supervisor.Event
  ) {
    do {
      if index == file.engines.count { file.engines.append(engines.expected(index)) }
      if file.engines[index].output != engines.expected(index).output {
        file.removeLogs(of: index)
      }
      file.engines[index] = engines.expected(index)
      // The name is written down first, as at the start.
      try file.write()
      file.engines[index] = try engines.start(index) { onEvent(.notice($0)) }
      try file.write()
      let member = file.engines[index]
      onEvent(event(member.engines, member.job.map { "\($0.id)" } ?? ""))
      engines.submitted(true)
    } catch {
      engines.submitted(false)
      onEvent(.notice("\(refused): \(error)"))
    }
  }
}
