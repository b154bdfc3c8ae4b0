// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// The engines of a cluster that this process has started: processes, steps and jobs, and what is known of each.
final class EngineSet {
  private let launcher: any Launcher
  private var groups: [EngineGroup]
  private let commands: JobCommands?
  private let clock = MonotonicClock()
  private var logs = LogReader()
  private var jobs: [Int: JobID] = [:]
  private let watch: JobWatch?
  private var processes: [Int: Int] = [:]
  private var ends: [Int: ChildProcess.ExitStatus] = [:]
  private(set) var roster: EngineRoster
  /// Engines, by their lines, for which new jobs will be requested, or not any more because they were given up.
  private var replacing: Set<Int> = []
  private var replacements = RestartPolicy()
  /// Those of them whose time has come.
  private var waiting: Set<Int> = []
  /// The group of a replacement that is not submitted yet.
  private var unsubmitted: Int?
  /// Whether it was tried before.
  private var isRepeated = false
  private var submissions = SubmissionPause()
  private var earlyEnds = SubmissionPause()
  /// The processes of engines that were released, and when.
  private var releases: [Int: Instant] = [:]
  /// The lines of engines whose jobs were taken out of the queue, and when.
  private var withdrawals: [Int: Instant] = [:]

  /// - Parameter job: a group like those that will be added, if any will be.
  init(_ groups: [EngineGroup], job: EngineGroup?, launcher: any Launcher, folder: String) {
    self.groups = groups
    self.launcher = launcher
    roster = EngineRoster(groups.map(\.count))
    commands = (groups.first ?? job).flatMap { group in
      group.batch.map { JobCommands($0, environment: group.environment, folder: folder) }
    }
    watch = commands.map { JobWatch($0) }
  }

  var groupCount: Int { groups.count }

  /// What people call a group.
  func name(_ index: Int) -> String { groups[index].name }

  /// What is written down of a group before it is started: the name of its job, if it is one.
  func expected(_ index: Int) -> ClusterFile.Member {
    let group = groups[index]
    let none = ProcessIdentity(pid: 0, started: 0)
    var member = ClusterFile.Member(process: none, output: group.output)
    (member.job, member.engines, member.host) = (job(of: group), group.count, group.host)
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
      let id = try isRepeated ? commands.resubmit(group, notice) : commands.submit(group, notice)
      jobs[index] = id
      watch?.follow(id, now: clock.now)
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
    (member.job, member.engines, member.host) = (job(of: group), group.count, group.host)
    return member
  }

  /// Notes the end of a process.
  ///
  /// - Returns: the group that it was, nil if it was none, or the answer of a scheduler.
  func ended(_ pid: Int, _ status: ChildProcess.ExitStatus) -> Int? {
    if watch?.ended(pid, status, now: clock.now) ?? false { return nil }
    guard let index = processes.removeValue(forKey: pid) else { return nil }
    ends[index] = status
    roster.ended(group: index)
    return index
  }

  /// Reads logs, and asks the scheduler if it is time; to be called after ``heard(count:processes:)``.
  func look() {
    for (index, group) in groups.enumerated() {
      for output in group.outputs where roster.hasNews(of: index) {
        guard let mark = group.mark else { break }
        for news in logs.news(in: output, mark) {
          roster.heard(news, group: index)
          noteStart(news, index)
        }
      }
      guard roster.isMissing(index), !roster.isOver(index), let job = jobs[index], let watch else {
        continue
      }
      watch.look(now: clock.now)
      // A job may need some time to appear in the list.
      let states = watch.states(of: job)
      let isGone = states.states.allSatisfy { $0.phase == .ended }
      if states.answers > 2, isGone { roster.ended(group: index) }
    }
  }

  private func noteStart(_ news: EngineMark.News, _ group: Int) {
    guard case .started(let number, _, _) = news,
      let slot = roster.slots.first(where: { $0.group == group && $0.number == number })
    else { return }
    replacements.started(slot.line, now: clock.now)
  }

  /// Notes which engines the controller has.
  func heard(count: Int, processes: [Int]) {
    roster.heard(count: count, processes: processes)
  }

  /// How long to wait before the next look.
  var pause: Duration { jobs.isEmpty ? .milliseconds(250) : .milliseconds(500) }

  // MARK: Replacement

  /// Whether engines are still to come: they wait in the scheduler's queue, or new ones will be requested.
  ///
  /// - Parameter replaces: whether engines whose jobs have ended are replaced.
  func isAwaiting(replaces: Bool) -> Bool {
    guard let watch else { return false }
    let isReplacing = !waiting.isEmpty || replacements.next != nil || unsubmitted != nil
    if replaces && isReplacing { return true }
    return roster.isAwaiting { slot in
      guard let job = jobs[slot.group] else { return true }
      return watch.isGone(job, element: element(slot), since: slot.lostAt ?? Instant())
    }
  }

  private func element(_ slot: EngineRoster.Slot) -> Int {
    slot.number + groups[slot.group].firstElement
  }

  /// Finds engines whose jobs have ended, for which new ones are to be requested.
  ///
  /// - Parameter givesUp: is called for an engine that has ended soon after its start too often.
  func findLost(givesUp: () -> Void) {
    guard let watch else { return }
    let now = clock.now
    roster.forgetReleased()
    let lost = roster.lost(now: now) { slot, since in
      guard let job = jobs[slot.group] else { return false }
      if since == now { watch.hurry(now: now) }
      return watch.isGone(job, element: element(slot), since: since)
    }
    for line in lost.map({ roster.slots[$0].line }) where replacing.insert(line).inserted {
      guard replacements.died(line, now: now) == nil else { continue }
      roster.forget(roster.slots.indices.filter { roster.slots[$0].line == line })
      givesUp()
    }
    waiting.formUnion(replacements.takeDue(now: now))
    // What has come back meanwhile, or was told to end, waits for nothing.
    let gone = roster.slots.filter { !$0.hasJoined }.map(\.line)
    replacing.subtract(waiting.subtracting(gone))
    waiting.formIntersection(gone)
  }

  /// The index of the next group that is to be started in the place of engines whose jobs have ended; nil if there is none now.
  ///
  /// One that could not be submitted comes again, under the same name, so that a job that was taken nevertheless is found.
  /// - Parameter make: makes the group for a number of engines.
  func nextReplacement(_ make: (Int) -> EngineGroup?) -> Int? {
    guard submissions.isDue(now: clock.now) else { return nil }
    if let unsubmitted { return unsubmitted }
    let places = roster.slots.indices.filter { waiting.contains(roster.slots[$0].line) }
    guard !places.isEmpty, let group = make(places.count) else { return nil }
    let lines = places.map { roster.slots[$0].line }
    replacing.subtract(lines)
    waiting.subtract(lines)
    roster.forget(places)
    return add(group, lines)
  }

  /// Takes in a group that is to be submitted.
  private func add(_ group: EngineGroup, _ lines: [Int]) -> Int {
    let index = groups.indices.first { roster.isEmpty($0) } ?? groups.count
    if index == groups.count { groups.append(group) } else { groups[index] = group }
    roster.add(lines, group: index)
    if let old = jobs.removeValue(forKey: index) { watch?.forget(old) }
    unsubmitted = index
    return index
  }

  /// Notes whether a replacement could be submitted.
  func submitted(_ succeeded: Bool) {
    if succeeded { unsubmitted = nil }
    isRepeated = !succeeded
    submissions.tried(succeeded, now: clock.now)
  }

  // MARK: Demand

  /// Whether a group could not be submitted and comes again.
  var hasUnsubmitted: Bool { unsubmitted != nil }

  /// The index of the next group to be started beside the others; nil if there is none now, because the scheduler has refused one.
  func nextAddition(_ make: () -> EngineGroup?) -> Int? {
    guard submissions.isDue(now: clock.now), earlyEnds.isDue(now: clock.now) else { return nil }
    if let unsubmitted { return unsubmitted }
    return make().map { add($0, roster.newLines($0.count)) }
  }

  /// Waits before the next group is submitted, because engines of the last one have ended early.
  func endedEarly() { earlyEnds.tried(false, now: clock.now) }

  /// Forgets early ends, because an engine has worked.
  func hasWorked() { earlyEnds = SubmissionPause() }

  /// Forgets engines whose jobs have ended.
  ///
  /// - Returns: how many of them had never joined, and how many had; those that were told to end do not count.
  func forgetEnded() -> (early: Int, late: Int) {
    guard let watch else { return (0, 0) }
    let now = clock.now
    roster.forgetReleased()
    var gone = roster.lost(now: now) { slot, since in
      guard let job = jobs[slot.group] else { return false }
      if since == now { watch.hurry(now: now) }
      return watch.isGone(job, element: element(slot), since: since)
    }
    // Those that have never begun are not wanted by whoever took their job out of the queue.
    gone += roster.slots.indices.filter { place in
      let slot = roster.slots[place]
      guard slot.process == nil, let job = jobs[slot.group] else { return false }
      let states = watch.states(of: job)
      return states.answers > 2 && states.isGone(element: element(slot)) ?? false
    }
    let ended = gone.map { roster.slots[$0] }.filter { slot in
      slot.process.map { releases[$0] == nil } ?? !isWithdrawn(slot, now)
    }
    roster.forget(gone)
    let lines = Set(roster.slots.map(\.line))
    withdrawals = withdrawals.filter { lines.contains($0.key) }
    releases = releases.filter { roster.processes.contains($0.key) }
    return (ended.count { !$0.wasSeen }, ended.count(where: \.wasSeen))
  }

  /// Notes that the engines of processes were told to end.
  func released(_ processes: [Int]) {
    for process in processes { releases[process] = clock.now }
  }

  /// Ends jobs all of whose engines were told to end a while ago and have not.
  func cancelReleased(_ notice: (String) -> Void) {
    let now = clock.now
    for (index, job) in jobs where !roster.isEmpty(index) {
      let isOver = roster.slots.filter { $0.group == index }.allSatisfy { slot in
        guard let process = slot.process, let release = releases[process] else { return false }
        // Of two with the same number, on two hosts, it is not known which was told to.
        let isAlone = roster.slots.count { $0.process == process } == 1
        return isAlone && release + Self.releaseTime <= now
      }
      guard isOver, let commands else { continue }
      notice("job \(job) was told to end and has not: it is cancelled")
      _ = commands.cancel([job], cluster: job.cluster, within: .zero)
      // Once more later if it is still there.
      released(roster.slots.filter { $0.group == index }.compactMap(\.process))
    }
  }

  /// Takes engines that wait out of the scheduler's queue, the last jobs first, if it can do this without ending any that runs.
  ///
  /// - Parameter surplus: how many are too many, those among them that were taken out and are still in its list.
  /// - Returns: how many it was told to.
  func withdraw(_ surplus: Int) -> Int {
    guard let commands, commands.canWithdraw else { return 0 }
    let now = clock.now
    var waiting: [JobID: [EngineRoster.Slot]] = [:]
    var left = surplus - roster.slots.count { $0.process == nil && isWithdrawn($0, now) }
    for slot in roster.slots where slot.process == nil && !isWithdrawn(slot, now) {
      guard let job = jobs[slot.group], watch?.isPending(job, element: element(slot)) ?? false
      else { continue }
      waiting[job, default: []].append(slot)
    }
    var count = 0
    // Slurm takes out all elements of a job that wait, also if one is named.
    for (job, slots) in waiting.sorted(by: { $0.value[0].line > $1.value[0].line })
    where slots.count <= left {
      left -= slots.count
      // Also one that fails may have worked in part.
      for slot in slots { withdrawals[slot.line] = now }
      if commands.withdraw(job) { count += slots.count }
    }
    if count > 0 { watch?.hurry(now: now) }
    return count
  }

  private func isWithdrawn(_ slot: EngineRoster.Slot, _ now: Instant) -> Bool {
    withdrawals[slot.line].map { $0 + Self.releaseTime > now } ?? false
  }

  /// How long engines that were told to end may take.
  private static let releaseTime = Duration.seconds(60)

  /// What is known of those that are missing.
  func missing(_ reason: String) -> String {
    let known = jobs.mapValues { (id: $0, states: watch?.states(of: $0) ?? JobStates()) }
    return MissingEngines(roster: roster, groups: groups, ends: ends, jobs: known).text(reason)
  }

  /// Ends the inputs of commands, at which the engines behind ssh end, and queries that are under way.
  func stop() {
    watch?.stop()
    launcher.closeInputs()
  }
}
