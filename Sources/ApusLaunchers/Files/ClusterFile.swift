// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess
package import ApusTransport
package import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The description of a running cluster: `security/apus-ID.json`, and for `ipcluster`, which may overwrite
/// it, `security/cluster-ID.json`.
package struct ClusterFile: Sendable, Hashable {
  /// A job of a scheduler.
  package struct Job: Sendable, Hashable {
    /// The scheduler's ``BatchSystem/name``.
    package let system: String
    package let id: JobID
    package let name: String

    package init(system: String, id: JobID, name: String) {
      (self.system, self.id, self.name) = (system, id, name)
    }
  }

  /// One process or job, and the file with its output.
  package struct Member: Sendable, Hashable {
    package var process: ProcessIdentity
    package var output: String
    /// The number of engines in it.
    package var engines = 1
    /// The host of its engines, if it is known where they are.
    package var host: String?
    /// The job, if it is one; it has no process of this machine.
    package var job: Job?

    package init(process: ProcessIdentity, output: String) {
      self.process = process
      self.output = output
    }

    package init(job: Job, engines: Int, output: String) {
      self.init(process: ProcessIdentity(pid: 0, started: 0), output: output)
      (self.job, self.engines) = (job, engines)
    }
  }

  package var profileDirectory: String
  package var clusterID: String
  /// The random token in the environment of all its processes.
  package var token: String
  /// The process that started the others and supervises them.
  package var launcher: ProcessIdentity?
  package var controller: Member?
  package var engines: [Member] = []
  /// The host of launcher and controller.
  package private(set) var host: String?
  /// The log of the launcher, if it has one.
  package var log: String?
  /// The registration port, by which its connection files are distinguished from those of other clusters.
  package var registrationPort: Int?
  /// Whether its connection files are kept when it ends.
  package var keepsConnectionFiles = false
  /// The file of the cluster that this is a copy of; nil if it is the cluster's own.
  ///
  /// A copy describes no cluster of its profile: nothing of the original may be touched through it.
  package private(set) var original: String?
  /// What identifies the folder in which it was written.
  private var folder: String?

  package init(profileDirectory: String, clusterID: String, token: String) {
    self.profileDirectory = profileDirectory
    self.clusterID = clusterID
    self.token = token
    host = LocalHost.name
  }

  package static func path(profileDirectory: String, clusterID: String) -> String {
    "\(profileDirectory)/security/apus-\(clusterID).json"
  }

  /// The file that `ipcluster` reads and writes.
  package static func ipclusterPath(profileDirectory: String, clusterID: String) -> String {
    "\(profileDirectory)/security/cluster-\(clusterID).json"
  }

  package var path: String {
    Self.path(profileDirectory: profileDirectory, clusterID: clusterID)
  }

  /// All running processes of the cluster, including those that they started; none for a copy.
  package var processes: [ProcessIdentity] {
    if original != nil || !isHere { return [] }
    let recorded = [launcher, controller?.process].compactMap { $0 } + engines.map(\.process)
    let marked = ProcessIdentity.all(with: ClusterPlan.marker, token)
    return Array(Set(recorded.filter(\.isAlive) + marked)).sorted { $0.pid < $1.pid }
  }

  /// Whether its processes are on this host, where alone they can be seen.
  package var isHere: Bool { host == nil || host == LocalHost.name }

  /// Whether its controller is running here.
  package var isRunning: Bool { original == nil && isHere && controller?.process.isAlive ?? false }

  /// Whether the process that started the others is running here.
  package var hasLauncher: Bool { original == nil && isHere && launcher?.isAlive ?? false }

  /// Its jobs; none for a copy.
  package var jobs: [Job] { original != nil ? [] : engines.compactMap(\.job) }

  // MARK: Text

  private static func json(_ process: ProcessIdentity?) -> JSONValue {
    process.map { ["pid": .integer($0.pid), "started": .integer($0.started)] } ?? .null
  }

  private func json(_ member: Member) -> JSONValue {
    [
      "pid": .integer(member.process.pid), "output_file": .string(member.output),
      "state": "running", "profile_dir": .string(profileDirectory),
      "cluster_id": .string(clusterID),
    ]
  }

  /// The content of the file for `ipcluster`.
  package var ipclusterText: JSONText {
    let ends = engines.enumerated().map { ("\($0.offset)", json($0.element)) }
    let sets: JSONValue = [
      "apus": [
        "engines": .object(Dictionary(uniqueKeysWithValues: ends)), "n": .integer(engines.count),
        "state": "running", "profile_dir": .string(profileDirectory),
        "cluster_id": .string(clusterID),
      ]
    ]
    let controllerState = controller.map { json($0) } ?? .null
    return JSONText([
      "cluster": [
        "cluster_id": .string(clusterID), "profile_dir": .string(profileDirectory),
        "n": .integer(engines.count), "class": "ipyparallel.cluster.cluster.Cluster",
      ],
      "controller": ["class": "local", "state": controllerState],
      "engines": ["class": "local", "sets": engines.isEmpty ? [:] : sets],
    ])
  }

  private static func own(_ member: Member) -> JSONValue {
    var fields: [String: JSONValue] = [
      "pid": .integer(member.process.pid), "started": .integer(member.process.started),
      "output": .string(member.output), "engines": .integer(member.engines),
    ]
    if let host = member.host { fields["host"] = .string(host) }
    if let job = member.job {
      fields["job"] = [
        "system": .string(job.system), "number": .string(job.id.number), "name": .string(job.name),
        "cluster": job.id.cluster.map { .string($0) } ?? .null,
      ]
    }
    return .object(fields)
  }

  package var text: JSONText {
    JSONText([
      "cluster_id": .string(clusterID), "profile_dir": .string(profileDirectory),
      "token": .string(token), "launcher": Self.json(launcher),
      "host": host.map { .string($0) } ?? .null,
      "controller": controller.map { Self.own($0) } ?? .null,
      "engines": .array(engines.map { Self.own($0) }), "log": log.map { .string($0) } ?? .null,
      "registration_port": registrationPort.map { .integer($0) } ?? .null,
      "keeps_connection_files": .bool(keepsConnectionFiles),
      "folder": SystemFiles.identity(of: profileDirectory + "/security").map { .string($0) }
        ?? .null,
    ])
  }

  private static func process(_ value: JSONValue?) -> ProcessIdentity? {
    guard let pid = value?["pid"]?.integer, let started = value?["started"]?.integer else {
      return nil
    }
    return ProcessIdentity(pid: pid, started: started)
  }

  private static func member(_ value: JSONValue?) -> Member? {
    guard let process = process(value) else { return nil }
    var member = Member(process: process, output: value?["output"]?.string ?? "")
    member.engines = value?["engines"]?.integer ?? 1
    member.host = value?["host"]?.string
    if let job = value?["job"], let system = job["system"]?.string,
      let number = job["number"]?.string
    {
      member.job = Job(
        system: system, id: JobID(number, cluster: job["cluster"]?.string),
        name: job["name"]?.string ?? "")
    }
    return member
  }

  /// Parses the content of a cluster file; nil if it is not one.
  package init?(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(bytes), let token = value["token"]?.string, !token.isEmpty,
      let profileDirectory = value["profile_dir"]?.string,
      let clusterID = value["cluster_id"]?.string
    else { return nil }
    self.init(profileDirectory: profileDirectory, clusterID: clusterID, token: token)
    launcher = Self.process(value["launcher"])
    host = value["host"]?.string
    controller = Self.member(value["controller"])
    engines = (value["engines"]?.array ?? []).compactMap { Self.member($0) }
    log = value["log"]?.string
    registrationPort = value["registration_port"]?.integer
    keepsConnectionFiles = value["keeps_connection_files"]?.bool ?? false
    folder = value["folder"]?.string
  }

  /// Reads a cluster's file.
  ///
  /// Where it was found counts, not where it says that it was written: a profile may have been moved or copied.
  ///
  /// - Returns: nil if there is none.
  /// - Throws: ``ProfileError`` `.unreadable` if it is no cluster's file.
  package static func read(_ path: String) throws(ProfileError) -> ClusterFile? {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return nil }
    guard let data = files.contents(atPath: path), var file = ClusterFile(Array(data)) else {
      throw ProfileError(
        .unreadable, "\(path) is not the file of a cluster; remove it with apus cluster clean")
    }
    file.relocate(to: path)
    return file
  }

  /// The clusters in a profile, and the files that look like those of clusters but cannot be read.
  package static func all(
    in profileDirectory: String
  ) -> (clusters: [ClusterFile], unreadable: [String]) {
    let folder = profileDirectory + "/security"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var found: (clusters: [ClusterFile], unreadable: [String]) = ([], [])
    for name in names.sorted() where name.hasPrefix("apus-") && name.hasSuffix(".json") {
      let path = folder + "/" + name
      do throws(ProfileError) {
        if let file = try read(path) { found.clusters.append(file) }
      } catch {
        found.unreadable.append(path)
      }
    }
    return found
  }

  private mutating func relocate(to path: String) {
    let written = self.path
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    profileDirectory = parts.dropLast(2).joined(separator: "/")
    clusterID = String(parts.last?.dropFirst(5).dropLast(5) ?? "")
    if SystemFiles.areSame(written, path) { return }
    // A profile that was moved is still the same folder; a copy is another one.
    guard let folder else { return }
    if folder != SystemFiles.identity(of: profileDirectory + "/security") { original = written }
  }

  /// Writes both files atomically, each for its owner only.
  package func write() throws(ProfileError) {
    try Profile.write(text.bytes, to: path, mode: 0o600)
    let common = Self.ipclusterPath(profileDirectory: profileDirectory, clusterID: clusterID)
    try Profile.write(ipclusterText.bytes, to: common, mode: 0o600)
  }

  /// Removes the files of this cluster, unless another cluster has replaced them.
  ///
  /// - Parameter keepingRecord: whether this file itself stays, which tells `clean` of the logs.
  package func remove(keepingRecord: Bool = false, keepingJournal: Bool = false) {
    guard let own = try? Self.read(path), own.token == token else { return }
    let files = FileManager.default
    if !keepingRecord { try? files.removeItem(atPath: path) }
    if original != nil { return }
    try? files.removeItem(
      atPath: Self.ipclusterPath(profileDirectory: profileDirectory, clusterID: clusterID))
    if keepsConnectionFiles { return }
    removeConnectionFiles()
    // The keys that a controller with a journal keeps for the next one.
    let keys =
      "\(profileDirectory)/security/ipcontroller-\(clusterID.isEmpty ? "" : clusterID + "-")curve.json"
    try? files.removeItem(atPath: keys)
    if keepingJournal { return }
    let journal = "\(profileDirectory)/journal" + (clusterID.isEmpty ? "" : "-\(clusterID)")
    try? files.removeItem(atPath: journal)
  }

  private func removeConnectionFiles() {
    let profile = Profile(directory: profileDirectory, clusterID: clusterID)
    for side in ConnectionFile.Side.allCases {
      guard let file = try? profile.readConnectionFile(side),
        file.ports["registration"] == registrationPort
      else { continue }
      try? FileManager.default.removeItem(atPath: profile.path(side))
    }
  }

  /// The logs of its processes, all in the folder `log` of the profile; none for a copy.
  package var logs: [String] {
    if original != nil { return [] }
    let written = [log, controller?.output].compactMap { $0 } + engines.map(\.output)
    let names = written.compactMap { $0.split(separator: "/").last }
    return names.filter { $0.hasSuffix(".log") }.flatMap(logs)
  }

  /// The files of a name, in which `*` stands for the numbers of an array's elements.
  private func logs(named name: Substring) -> [String] {
    let folder = "\(profileDirectory)/log"
    let parts = name.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return ["\(folder)/\(name)"] }
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return found.filter { $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[1]) }.sorted()
      .map { "\(folder)/\($0)" }
  }

  /// Removes the logs of its processes, and what was rotated out of them.
  package func removeLogs() {
    for log in logs {
      for path in [log, LogFile.rotated(log)] { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  /// Removes the logs of one of its members, which another will replace.
  package func removeLogs(of member: Int) {
    let name = engines[member].output.split(separator: "/").last ?? ""
    if name.hasSuffix(".log") {
      for log in logs(named: name) { try? FileManager.default.removeItem(atPath: log) }
    }
  }

  /// A running process of a cluster that `ipcluster` started with this profile and ID; nil if there is none.
  package static func runningIpclusterPID(profileDirectory: String, clusterID: String) -> Int? {
    let path = ipclusterPath(profileDirectory: profileDirectory, clusterID: clusterID)
    guard let data = FileManager.default.contents(atPath: path),
      let value = try? JSONValue(Array(data))
    else { return nil }
    let sets = value["engines"]?["sets"]?.object ?? [:]
    let engines = sets.values.flatMap { ($0["engines"]?.object ?? [:]).values }
    let pids = ([value["controller"]?["state"]] + engines).compactMap { $0?["pid"]?.integer }
    // The number may belong to another program by now.
    return pids.first { pid in
      ProcessIdentity.commandLine(pid).contains { word in
        ["ipyparallel", "ipcontroller", "ipcluster", "ipengine"].contains { word.contains($0) }
      }
    }
  }
}
