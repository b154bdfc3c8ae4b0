// Part of Apus, Apache-2.0. See LICENSE.
import ApusLaunchers
import ApusProcess
import ApusTransport
import ApusWire
import Foundation
import TestSupport
import Testing

/// The files of clusters, where they were found, and what may be deleted through them.
@Suite struct ClusterFileTests {
  private func folder(_ body: (String) throws -> Void) throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  /// A cluster of this process in a profile, with a log.
  private func cluster(in profile: String) throws -> ClusterFile {
    try Profile(directory: profile).makeFolders()
    var file = ClusterFile(profileDirectory: profile, clusterID: "x", token: "t")
    let own = try #require(ProcessIdentity(pid: Int(ProcessInfo.processInfo.processIdentifier)))
    file.controller = .init(process: own, output: profile + "/log/ipcontroller-x-1.log")
    file.launcher = own
    try Data("said".utf8).write(to: URL(fileURLWithPath: profile + "/log/ipcontroller-x-1.log"))
    try file.write()
    return file
  }

  @Test func aFileSurvivesTheWayThroughItsText() throws {
    try folder { folder in
      let file = try cluster(in: folder + "/p")
      #expect(try ClusterFile.read(file.path)?.text == file.text)
      #expect(try ClusterFile.read(folder + "/p/security/apus-y.json") == nil)
    }
  }

  @Test func aCopyOfAProfileTouchesNothingOfTheOriginal() throws {
    try folder { folder in
      let original = try cluster(in: folder + "/p")
      try FileManager.default.copyItem(atPath: folder + "/p", toPath: folder + "/copy")
      let copy = try #require(try ClusterFile.read(folder + "/copy/security/apus-x.json"))
      #expect(copy.original == original.path && copy.profileDirectory == folder + "/copy")
      #expect(copy.processes.isEmpty && !copy.isRunning && !copy.hasLauncher && copy.logs.isEmpty)
      #expect(ClusterTerminator(copy).stop().isEmpty)
      #expect(try ClusterFile.read(copy.path) == nil)
      #expect(try ClusterFile.read(original.path)?.text == original.text, "it is as it was")
      #expect(original.isRunning && FileManager.default.fileExists(atPath: original.logs[0]))
    }
  }

  @Test func aMovedProfileIsStillItsCluster() throws {
    try folder { folder in
      let original = try cluster(in: folder + "/p")
      try FileManager.default.moveItem(atPath: folder + "/p", toPath: folder + "/moved")
      let moved = try #require(try ClusterFile.read(folder + "/moved/security/apus-x.json"))
      #expect(moved.original == nil && moved.isRunning && moved.token == original.token)
      #expect(moved.logs == [folder + "/moved/log/ipcontroller-x-1.log"])
      moved.removeLogs()
      moved.remove()
      #expect(!FileManager.default.fileExists(atPath: moved.logs[0]))
      #expect(try ClusterFile.read(moved.path) == nil)
    }
  }

  @Test func aLinkToAProfileIsTheProfile() throws {
    try folder { folder in
      _ = try cluster(in: folder + "/p")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: folder + "/p")
      let linked = try #require(try ClusterFile.read(folder + "/link/security/apus-x.json"))
      #expect(linked.original == nil && linked.isRunning)
    }
  }

  @Test func onlyLogsBelowTheProfileAreRemoved() throws {
    try folder { folder in
      var file = try cluster(in: folder + "/p")
      let victim = folder + "/victim.log"
      try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
      file.log = victim
      file.engines = [
        .init(process: ProcessIdentity(pid: 1, started: 1), output: "../../victim.log")
      ]
      #expect(file.logs.allSatisfy { $0.hasPrefix(folder + "/p/log/") })
      file.removeLogs()
      #expect(FileManager.default.fileExists(atPath: victim))
    }
  }

  @Test func whatIsNoFileOfAClusterIsSaidAndListed() throws {
    try folder { folder in
      let good = try cluster(in: folder)
      for (index, text) in ["", "{", "{}", #"{"token":""}"#, "\u{0}"].enumerated() {
        let path = folder + "/security/apus-bad\(index).json"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ProfileError.self) { try ClusterFile.read(path) }
      }
      let found = ClusterFile.all(in: folder)
      #expect(found.clusters.map(\.text) == [good.text] && found.unreadable.count == 5)
    }
  }

  @Test func theProcessOfAnotherProgramIsNoClusterOfIpcluster() throws {
    try folder { folder in
      try Profile(directory: folder).makeFolders()
      let pid = ProcessInfo.processInfo.processIdentifier
      let path = ClusterFile.ipclusterPath(profileDirectory: folder, clusterID: "")
      let text = #"{"controller": {"state": {"pid": \#(pid)}}}"#
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(ClusterFile.runningIpclusterPID(profileDirectory: folder, clusterID: "") == nil)
    }
  }

  @Test func hostsAndJobsOfItsMembersAreWrittenDown() throws {
    try folder { folder in
      var file = ClusterFile(profileDirectory: folder, clusterID: "x", token: "t")
      var far = ClusterFile.Member(
        process: ProcessIdentity(pid: 3, started: 4), output: "\(folder)/log/a.log")
      (far.host, far.engines) = ("smeagol", 2)
      let job = ClusterFile.Member(
        job: .init(system: "slurm", id: JobID("7", cluster: "two"), name: "apus-1f"), engines: 8,
        output: "\(folder)/log/b-*.log")
      file.engines = [far, job]
      #expect(ClusterFile(file.text.bytes)?.engines == [far, job])
    }
  }

  @Test func leftoversAreLocksDraftsLogsAndAnswersOfProcessesThatHaveEnded() throws {
    try folder { folder in
      let file = try cluster(in: folder)
      let own = ProcessInfo.processInfo.processIdentifier
      let gone = 4_194_300
      let left = [
        "security/apus-old.json.lock", "security/apus-x.json.\(gone).new",
        "log/apus-cluster-\(gone).log", "log/apus-cluster-\(gone).log.1",
        "log/apus-command-\(gone)-3.out", "log/apus-command-\(gone)-apus-1f.sh",
      ]
      let used = [
        "security/apus-held.json.lock", "security/apus-x.json.lock",
        "security/apus-x.json.\(own).new", "log/apus-cluster-\(own).log", "log/notes.log",
        "log/ipengine-0-\(gone).log", "log/ipcontroller-\(gone).log",
        "security/ipcontroller-client.json", "security/other.json.lock",
        "log/apus-command-\(own)-3.out", "log/apus-command.out",
      ]
      for name in left + used { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let lock = try FileLock(path: folder + "/security/apus-held.json.lock")
      let removed = Set(ClusterLeftovers(folder).remove())
      #expect(lock != nil)
      #expect(removed == Set(left.map { "\(folder)/\($0)" }))
      for name in used {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"), "\(name)")
      }
      #expect(FileManager.default.fileExists(atPath: file.logs[0]))
    }
  }

  @Test func aCopyIsNoClusterEvenWhenTheOriginalHasMoved() throws {
    try folder { folder in
      _ = try cluster(in: folder + "/p")
      try FileManager.default.copyItem(atPath: folder + "/p", toPath: folder + "/copy")
      try FileManager.default.moveItem(atPath: folder + "/p", toPath: folder + "/moved")
      let copy = try #require(try ClusterFile.read(folder + "/copy/security/apus-x.json"))
      let moved = try #require(try ClusterFile.read(folder + "/moved/security/apus-x.json"))
      #expect(copy.original != nil && !copy.isRunning)
      #expect(moved.original == nil && moved.isRunning)
    }
  }

  @Test func foldersWithSecretsAreForTheirOwnerOnly() throws {
    try folder { folder in
      let path = folder + "/security"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
      try Profile(directory: folder).makeFolders()
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o700)
    }
  }
}
