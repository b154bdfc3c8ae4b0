// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// The engines of a cluster that this process has started: processes, steps and jobs, and what is known of each.
final class EngineSet {
  private let launcher: any Launcher
  private let groups: [EngineGroup]
  private let commands: JobCommands?
  private let clock = MonotonicClock()
  private var logs = LogReader()
  private var jobs: [Int: JobWatch] = [:]
  private var processes: [Int: Int] = [:]
  private var ends: [Int: ChildProcess.ExitStatus] = [:]
  private(set) var roster: EngineRoster

  init(_ groups: [EngineGroup], launcher: any Launcher, folder: String) {
    self.groups = groups
    self.launcher = launcher
    roster = EngineRoster(groups.map(\.count))
    commands = groups.first.flatMap { group in
      group.batch.map { JobCommands($0, environment: group.environment, folder: folder) }
    }
  }

  var groupCount: Int { groups.count }

  /// What people call a group.
  func name(_ index: Int) -> String { groups[index].name }

  /// What is written down of a group before it is started: the name of its job, if it is one.
  func expected(_ index: Int) -> ClusterFile.Member {
    let group = groups[index]
    let none = ProcessIdentity(pid: 0, started: 0)
    var member = ClusterFile.Member(process: none, output: group.output)
    (member.job, member.engines) = (job(of: group), group.count)
    return member
  }

  /// A job that is known by its name only.
  private func job(of group: EngineGroup) -> ClusterFile.Job? {
    group.jobName.isEmpty
      ? nil : ClusterFile.Job(system: group.scheduler, id: JobID(""), name: group.jobName)
  }

  /// Starts a group and returns what must be written down before anything else.
  ///
  /// - Throws: ``ProcessError``; ``LaunchError`` if a job cannot be submitted.
  func start(_ index: Int, notice: (String) -> Void) throws -> ClusterFile.Member {
    let group = groups[index]
    ends[index] = nil
    if let system = group.batch, let commands {
      let id = try commands.submit(group, notice: notice)
      jobs[index] = JobWatch(id, commands, now: clock.now)
      return ClusterFile.Member(
        job: .init(system: system.name, id: id, name: group.jobName), engines: group.count,
        output: group.output)
    }
    var launch = LaunchPlan(
      role: .engine, command: group.command, environment: group.environment,
      output: group.outputs[0])
    launch.input = group.input
    let process = try launcher.start(launch)
    processes[process.pid] = index
    if group.mark == nil { roster.started(index, process: process.pid) }
    var member = ClusterFile.Member(process: process, output: launch.output)
    (member.job, member.engines) = (job(of: group), group.count)
    return member
  }

  /// Notes the end of a process.
  ///
  /// - Returns: the group that it was, nil if it was none, or the answer of a scheduler.
  func ended(_ pid: Int, _ status: ChildProcess.ExitStatus) -> Int? {
    if jobs.values.contains(where: { $0.ended(pid, status, now: clock.now) }) { return nil }
    guard let index = processes.removeValue(forKey: pid) else { return nil }
    ends[index] = status
    roster.ended(group: index)
    return index
  }

  /// Reads logs, and asks schedulers if it is time; to be called until all engines have joined.
  func look() {
    for (index, group) in groups.enumerated() where !roster.missing(of: index).isEmpty {
      for output in group.outputs {
        guard let mark = group.mark else { break }
        for news in logs.news(in: output, mark) { roster.heard(news, group: index) }
      }
      guard let job = jobs[index] else { continue }
      job.turn(now: clock.now)
      // A job may need some time to appear in the list.
      let isGone = job.states.states.allSatisfy { $0.phase == .ended }
      if job.states.answers > 2, isGone { roster.ended(group: index) }
    }
  }

  /// Notes which engines the controller has.
  func heard(count: Int, processes: [Int]) {
    roster.heard(count: count, processes: processes)
  }

  /// How long to wait before the next look.
  var pause: Duration { jobs.isEmpty ? .milliseconds(250) : .milliseconds(500) }

  /// What is known of those that are missing.
  func missing(_ reason: String) -> String {
    MissingEngines(roster: roster, groups: groups, ends: ends, jobs: jobs).text(reason)
  }

  /// Ends the inputs of commands, at which the engines behind ssh end, and queries that are under way.
  func stop() {
    for job in jobs.values { job.stop() }
    launcher.closeInputs()
  }
}
