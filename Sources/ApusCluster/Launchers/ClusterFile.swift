// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is known of a running cluster: `security/cluster-ID.json`, which `ipcluster` reads too.
package struct ClusterFile: Sendable, Hashable {
  /// One process and the file with its output.
  package struct Member: Sendable, Hashable {
    package var process: ProcessIdentity
    package var output: String
  }

  package var profileDirectory: String
  package var clusterID: String
  /// The value of the variable that all its processes have.
  package var token: String
  /// The process that started the others and looks after them.
  package var launcher: ProcessIdentity?
  package var controller: Member?
  package var engines: [Member] = []

  package init(profileDirectory: String, clusterID: String, token: String) {
    self.profileDirectory = profileDirectory
    self.clusterID = clusterID
    self.token = token
  }

  package static func path(profileDirectory: String, clusterID: String) -> String {
    "\(profileDirectory)/security/cluster-\(clusterID).json"
  }

  package var path: String {
    Self.path(profileDirectory: profileDirectory, clusterID: clusterID)
  }

  /// All its processes that run, with those that they started.
  package var processes: [ProcessIdentity] {
    let recorded = [launcher, controller?.process].compactMap { $0 } + engines.map(\.process)
    let marked = ProcessIdentity.all(with: ClusterPlan.marker, token)
    return Array(Set(recorded.filter(\.isAlive) + marked)).sorted { $0.pid < $1.pid }
  }

  /// Whether its controller runs.
  package var isRunning: Bool { controller?.process.isAlive ?? false }

  // MARK: Text

  private static func json(_ process: ProcessIdentity?) -> JSONValue {
    process.map { ["pid": .integer($0.pid), "started": .integer($0.started)] } ?? .null
  }

  private static func json(_ member: Member) -> JSONValue {
    [
      "pid": .integer(member.process.pid), "output_file": .string(member.output),
      "state": "running",
    ]
  }

  package var text: JSONText {
    let ends = engines.enumerated().map { ("\($0.offset)", Self.json($0.element)) }
    let sets: JSONValue = [
      "apus": [
        "engines": .object(Dictionary(uniqueKeysWithValues: ends)), "n": .integer(engines.count),
      ]
    ]
    let controllerState = controller.map { Self.json($0) } ?? .null
    return JSONText(object: [
      (
        "cluster",
        JSONText([
          "cluster_id": .string(clusterID), "profile_dir": .string(profileDirectory),
          "n": .integer(engines.count), "class": "ipyparallel.cluster.cluster.Cluster",
        ])
      ),
      ("controller", JSONText(["class": "local", "state": controllerState])),
      ("engines", JSONText(["class": "local", "sets": engines.isEmpty ? [:] : sets])),
      (
        "apus",
        JSONText([
          "token": .string(token), "launcher": Self.json(launcher),
          "controller": Self.json(controller?.process),
          "engines": .array(engines.map { Self.json($0.process) }),
        ])
      ),
    ])
  }

  private static func process(_ value: JSONValue?) -> ProcessIdentity? {
    guard let pid = value?["pid"]?.integer, let started = value?["started"]?.integer else {
      return nil
    }
    return ProcessIdentity(pid: pid, started: started)
  }

  /// Reads a file; nil if it was not written by Apus.
  package init?(_ bytes: [UInt8], path: String) {
    guard let value = try? JSONValue(bytes), let own = value["apus"],
      let token = own["token"]?.string, !token.isEmpty,
      let profileDirectory = value["cluster"]?["profile_dir"]?.string,
      let clusterID = value["cluster"]?["cluster_id"]?.string
    else { return nil }
    self.init(profileDirectory: profileDirectory, clusterID: clusterID, token: token)
    launcher = Self.process(own["launcher"])
    if let process = Self.process(own["controller"]) {
      let output = value["controller"]?["state"]?["output_file"]?.string ?? ""
      controller = Member(process: process, output: output)
    }
    let states = value["engines"]?["sets"]?["apus"]?["engines"]
    for (index, entry) in (own["engines"]?.array ?? []).enumerated() {
      guard let process = Self.process(entry) else { continue }
      let output = states?["\(index)"]?["output_file"]?.string ?? ""
      engines.append(Member(process: process, output: output))
    }
  }

  package static func read(_ path: String) -> ClusterFile? {
    FileManager.default.contents(atPath: path).flatMap { ClusterFile(Array($0), path: path) }
  }

  /// Writes it whole or not at all, for its owner only.
  package func write() throws(ControllerFileError) {
    try ConnectionFiles.write(text.bytes, to: path, mode: 0o600)
  }

  package func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
