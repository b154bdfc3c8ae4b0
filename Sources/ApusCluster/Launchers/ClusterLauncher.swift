// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Starts a controller and engines on this machine, waits until all have joined, and looks after them.
///
/// Everything that it starts carries a variable with a random token and is recorded with number and start
/// time before anybody waits for it, so that ``ClusterEnd`` finds all of it even if this process is killed.
package final class ClusterLauncher {
  /// Something that happens meanwhile.
  package enum Event: Sendable {
    case controllerStarted(pid: Int)
    case joined(Int, of: Int)
    case engineEnded(index: Int, pid: Int, ChildProcess.End)
    case controllerEnded(ChildProcess.End)
  }

  /// Why a cluster could not be started; the text has many lines.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  private let plan: ClusterPlan
  private let tell: (Event) -> Void
  private let wake: Wake
  private let stopping = StopStorage()
  private var file: ClusterFile
  private var connection: ClientConnection?
  private let context: TransportContext
  private var ended: [Int: ChildProcess.End] = [:]
  private var joined: Set<Int> = []
  /// Held for as long as this process has the cluster.
  private var lock: FileLock?

  package init(_ plan: ClusterPlan, tell: @escaping (Event) -> Void) throws(TransportError) {
    self.plan = plan
    self.tell = tell
    wake = try Wake()
    context = try TransportContext()
    file = ClusterFile(
      profileDirectory: plan.profileDirectory, clusterID: plan.clusterID,
      token: RandomName.session())
  }

  /// What a signal does, on whatever thread it is heard.
  package var signalled: @Sendable (_ isOfChild: Bool) -> Void {
    let (wake, stopping) = (wake, stopping)
    return { isOfChild in
      if !isOfChild { stopping.stop() }
      wake.wake()
    }
  }

  // MARK: Start

  /// Starts everything and returns when all engines have joined.
  ///
  /// - Throws: ``Failure`` with what is missing and the ends of its logs, after everything has been stopped.
  package func start(within timeout: Duration) throws {
    try claim()
    let deadline = ControllerClock.nanoseconds + timeout.nanoseconds
    do {
      try startController(deadline)
      try startEngines()
      try waitForEngines(deadline)
    } catch {
      _ = ClusterEnd(file).perform(excludingLauncher: true, removesLogs: false)
      throw error
    }
  }

  /// Makes sure that no cluster runs in this place, and that no other start has it.
  private func claim() throws {
    var configuration = ControllerConfiguration()
    configuration.profileDirectory = plan.profileDirectory
    try ConnectionFiles(configuration).makeFolders()
    lock = FileLock(path: file.path + ".lock")
    let known = ClusterFile.read(file.path)
    if lock == nil || !(known?.processes.isEmpty ?? true) {
      throw Failure(
        description: "the cluster '\(plan.clusterID)' runs already (\(file.path)); "
          + "stop it with apus cluster stop, or choose another --cluster-id")
    }
    if known == nil,
      let pid = ClusterFile.runningCommon(
        profileDirectory: plan.profileDirectory, clusterID: plan.clusterID)
    {
      throw Failure(
        description:
          "a cluster of ipcluster runs here (process \(pid)); stop it with ipcluster stop, "
          + "or choose another --cluster-id")
    }
  }

  private func output(_ name: String) -> String {
    let own = HostName.process
    let part = plan.clusterID.isEmpty ? "" : "-\(plan.clusterID)"
    return "\(plan.profileDirectory)/log/\(name)\(part)-\(own).log"
  }

  private func startController(_ deadline: Int) throws {
    var configuration = ControllerConfiguration()
    configuration.profileDirectory = plan.profileDirectory
    configuration.clusterID = plan.clusterID
    file.keepsConnectionFiles = plan.controllerWords.contains {
      $0 == "--reuse" || $0 == "--restore"
    }
    file.log = plan.log
    file.launcher = ProcessIdentity(pid: HostName.process)
    try file.write()
    var environment = plan.controllerEnvironment(token: file.token)
    environment[ReportPipe.variable] = "3"
    let pipe = try ReportPipe()
    let output = output("ipcontroller")
    let child = try ChildProcess.start(
      plan.controllerWords, environment: environment, output: output, report: pipe.writer)
    file.controller = .init(
      process: ProcessIdentity(pid: child.pid) ?? ProcessIdentity(pid: child.pid, started: 0),
      output: output)
    try file.write()
    var said = ""
    let left = max(1, (deadline - ControllerClock.nanoseconds) / 1_000_000)
    let isInTime = pipe.readAll(within: Int32(clamping: left)) { said += $0 }
    guard isInTime, said.contains("ready") else {
      throw Failure(
        description: "the controller did not start"
          + LogEnd.text(of: output, title: "the end of its log"))
    }
    tell(.controllerStarted(pid: child.pid))
    let path = configuration.path(.client)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(description: "the controller wrote no \(path)")
    }
    let client = try ConnectionFile(Array(data), side: .client)
    file.registrationPort = client.ports["registration"]
    try file.write()
    let connection = try ClientConnection(client, in: context)
    _ = try connection.socket("notification")
    self.connection = connection
  }

  private func startEngines() throws {
    let environment = plan.engineEnvironment(token: file.token)
    for index in 0..<plan.engines {
      let output = output("ipengine-\(index)")
      let child = try ChildProcess.start(plan.engineWords, environment: environment, output: output)
      file.engines.append(
        .init(
          process: ProcessIdentity(pid: child.pid) ?? ProcessIdentity(pid: child.pid, started: 0),
          output: output))
      try file.write()
    }
  }

  private func waitForEngines(_ deadline: Int) throws {
    let poller = Poller()
    let notification = try connection?.socket("notification")
    let place = notification.map { poller.add($0) }
    _ = poller.add(descriptor: wake.reader)
    while joined.count < plan.engines {
      try countJoined()
      noteEnds()
      if joined.count >= plan.engines { return }
      let left = (deadline - ControllerClock.nanoseconds) / 1_000_000
      let hasFailed = !ended.isEmpty
      guard left > 0, !stopping.isStopped, !hasFailed else {
        throw Failure(description: missing(isLate: left <= 0))
      }
      // A notification may be missed while the subscription is under way; it is asked for again soon.
      _ = poller.wait(milliseconds: min(left, 250))
      wake.clear()
      if let place, poller.isReady(place), let connection {
        connection.patience = 0
        while try connection.receive("notification") != nil {}
      }
    }
  }

  /// Asks which engines have joined, by the numbers of their processes.
  private func countJoined() throws {
    guard let connection else { return }
    connection.patience = 5000
    guard let answer = try connection.ask("apus_status_request") else {
      throw Failure(description: "the controller does not answer")
    }
    let engines = answer.content["engines"]?.object ?? [:]
    let processes = Set(engines.values.compactMap { $0["process"]?.integer })
    var found = Set(
      file.engines.indices.filter { processes.contains(file.engines[$0].process.pid) })
    // Programs that start others join under numbers that are not known here; then only their count tells.
    if found.count < min(engines.count, plan.engines) {
      found = Set(0..<min(engines.count, plan.engines))
    }
    if found.count != joined.count { tell(.joined(found.count, of: plan.engines)) }
    joined = found
  }

  /// What is missing, with the ends of the logs.
  private func missing(isLate: Bool) -> String {
    let lacking = file.engines.indices.filter { !joined.contains($0) }
    let reason =
      stopping.isStopped
      ? "the start was interrupted" : isLate ? "the time is up" : "an engine ended before it joined"
    var text = "\(reason): \(joined.count) of \(plan.engines) engines have joined"
    for index in lacking.prefix(5) {
      let engine = file.engines[index]
      let state = ended[engine.process.pid].map { "\($0)" } ?? "still runs"
      text += LogEnd.text(
        of: engine.output, title: "engine \(index), process \(engine.process.pid), \(state)")
    }
    if lacking.count > 5 { text += "\nand \(lacking.count - 5) more" }
    return text
  }

  // MARK: Care

  /// Notes which children have ended.
  private func noteEnds() {
    while let (pid, end) = ChildProcess.nextEnded() {
      ended[pid] = end
      if pid == file.controller?.process.pid {
        tell(.controllerEnded(end))
      } else if let index = file.engines.firstIndex(where: { $0.process.pid == pid }) {
        tell(.engineEnded(index: index, pid: pid, end))
        tellController(pid, end)
      }
    }
  }

  /// Lets the controller name the cause in the errors of the tasks that an engine took along.
  private func tellController(_ pid: Int, _ end: ChildProcess.End) {
    let content = JSONText(["process": .integer(pid), "cause": .string("\(end)")])
    _ = try? connection?.send("apus_exit_request", content, on: "registration")
  }

  /// Whether the controller has ended.
  private var hasLostController: Bool {
    file.controller.map { ended[$0.process.pid] != nil } ?? true
  }

  /// Looks after the cluster until it is told to stop, or the controller or all engines have ended.
  ///
  /// - Returns: whether it was told to stop.
  package func supervise() -> Bool {
    let poller = Poller()
    _ = poller.add(descriptor: wake.reader)
    while true {
      noteEnds()
      let isEmpty = file.engines.allSatisfy { ended[$0.process.pid] != nil }
      if stopping.isStopped || hasLostController || (isEmpty && plan.engines > 0) { break }
      _ = poller.wait(milliseconds: nil)
      wake.clear()
    }
    let wasTold = stopping.isStopped
    connection = nil
    _ = ClusterEnd(file).perform(excludingLauncher: true, removesLogs: wasTold)
    return wasTold
  }

  /// The cluster's file, for messages.
  package var path: String { file.path }

  /// The processes of the engines.
  package var enginePIDs: [Int] { file.engines.map(\.process.pid) }
}

/// The last lines of a log.
package enum LogEnd {
  private static let lines = 20

  package static func text(of path: String, title: String) -> String {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    let all = String(decoding: data.suffix(16_384), as: UTF8.self).split(separator: "\n")
    let shown = all.suffix(lines).map { "    \($0)" }.joined(separator: "\n")
    return "\n  \(title) (\(path)):\n" + (shown.isEmpty ? "    (nothing)" : shown)
  }
}
