// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// `apus cluster` with simulated engines, one process each, in a profile of each test's own.
@Suite(.serialized) struct ClusterCommandTests {
  private final class Profile {
    let folder: URL
    let name = "t\(Int.random(in: 0..<1_000_000_000))"

    init() throws { folder = try Project.temporaryFolder() }

    deinit {
      _ = try? run("stop")
      try? FileManager.default.removeItem(at: folder)
    }

    /// `apus cluster …` in this profile.
    func run(_ command: String, _ words: String...) throws -> Execution {
      try Execution.run(
        Project.program("apus"), ["cluster", command] + choice(command) + words,
        environment: ["IPYTHONDIR": folder.path, "OMP_NUM_THREADS": "3"])
    }

    private func choice(_ command: String) -> [String] {
      command == "list" ? [] : ["--cluster-id", name]
    }

    func start(_ count: Int, _ words: String..., engine: String? = nil) throws -> Execution {
      let load = try Project.program("controller-load").path
      return try Execution.run(
        Project.program("apus"),
        ["cluster", "start", "--cluster-id", name, "-n", "\(count)", "--daemonize"] + words
          + ["--engines", engine ?? "'\(load)' engines -n 1 --until-stopped"],
        environment: ["IPYTHONDIR": folder.path])
    }

    func json(_ command: String) throws -> [String: Any] {
      let output = try run(command, "--json").output
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(value as? [String: Any])
    }

    /// The engines that have joined.
    var engines: [[String: Any]] {
      get throws { try json("status")["engines"] as? [[String: Any]] ?? [] }
    }

    /// The content of the cluster's file.
    var record: [String: Any] {
      get throws {
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
      }
    }

    var logs: [String] {
      get throws {
        try FileManager.default.contentsOfDirectory(
          atPath: folder.path + "/profile_default/log")
      }
    }

    var launcherLog: String {
      get throws {
        try logs.filter { $0.hasPrefix("apus-cluster-") }.map {
          try String(contentsOfFile: folder.path + "/profile_default/log/" + $0, encoding: .utf8)
        }.joined()
      }
    }

    /// Starts an engine that is not one of the cluster's own.
    func engine() throws -> Process {
      let engine = Process()
      engine.executableURL = try Project.program("controller-load")
      engine.arguments = ["engines", "-n", "1", "--until-stopped"]
      engine.environment = ProcessInfo.processInfo.environment.merging([
        "IPP_PROFILE_DIR": folder.path + "/profile_default", "IPP_CLUSTER_ID": name,
      ]) { $1 }
      engine.standardInput = FileHandle.nullDevice
      engine.standardOutput = FileHandle.nullDevice
      engine.standardError = FileHandle.nullDevice
      try engine.run()
      return engine
    }

    /// Polls until something is so, because another process brings it about.
    func wait(for what: String, _ isSo: () throws -> Bool) throws {
      let deadline = ContinuousClock.now + .seconds(30)
      while try !isSo() {
        try #require(ContinuousClock.now < deadline, "too late: \(what)")
        poll(nil, 0, 50)
      }
    }

    var file: URL { security.appendingPathComponent("apus-\(name).json") }
    var security: URL { folder.appendingPathComponent("profile_default/security") }

    /// The IDs of the processes that have this cluster's token.
    func processes() throws -> [Int] {
      let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
      let token = try #require(value?["token"] as? String)
      return ClusterCommandTests.processes(token)
    }

    func token() throws -> String {
      let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
      return try #require(value?["token"] as? String)
    }
  }

  static func processes(_ token: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int($0) }.filter { pid in
      let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      return String(decoding: data, as: UTF8.self).contains("APUS_CLUSTER_TOKEN=\(token)")
    }
  }

  @Test func startReturnsWhenAllHaveJoinedAndStopLeavesNothing() throws {
    let profile = try Profile()
    let start = try profile.start(3)
    #expect(start.status == 0, "\(start.errors)")
    #expect(start.output.hasPrefix("all 3 engines have joined"))
    let status = try profile.json("status")
    let engines = try #require(status["engines"] as? [[String: Any]])
    #expect(engines.count == 3)
    let list = try profile.run("list")
    #expect(list.output.contains(profile.name) && list.output.contains("yes"))
    let token = try profile.token()
    #expect(Self.processes(token).count == 4, "a controller and three engines")
    let stop = try profile.run("stop")
    #expect(stop.status == 0 && stop.output.hasPrefix("stopped "))
    #expect(Self.processes(token).isEmpty)
    let left = try FileManager.default.contentsOfDirectory(atPath: profile.security.path)
    #expect(left == ["apus-\(profile.name).json.lock"])
  }

  @Test func aClusterIsStartedOnce() throws {
    let profile = try Profile()
    #expect(try profile.start(1).status == 0)
    let second = try profile.start(1)
    #expect(second.status == 1 && second.errors.contains("is already running"))
    #expect(try profile.run("stop").status == 0)
    let again = try profile.run("stop")
    #expect(again.status == 11 && again.errors.contains("no cluster is running here"))
  }

  @Test func ofTwoStartsAtOnceOneIsRefused() async throws {
    let profile = try Profile()
    let name = profile.name
    let folder = profile.folder.path
    let load = try Project.program("controller-load").path
    let starts = try await withThrowingTaskGroup(of: Execution.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try Execution.run(
            Project.program("apus"),
            [
              "cluster", "start", "--cluster-id", name, "-n", "1", "--daemonize", "--engines",
              "'\(load)' engines -n 1 --until-stopped",
            ], environment: ["IPYTHONDIR": folder])
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(starts.map(\.status).sorted() == [0, 1], "\(starts.map(\.errors))")
    let refused = starts.first { $0.status == 1 }?.errors
    #expect(refused?.contains("is already running") == true, "\(refused ?? "")")
    #expect(try profile.processes().count == 2, "one controller and one engine")
    let token = try profile.token()
    #expect(try profile.run("stop").status == 0)
    #expect(Self.processes(token).isEmpty)
  }

  @Test func aClusterOfIpclusterIsNotOverwritten() throws {
    let profile = try Profile()
    let common = profile.security.appendingPathComponent("cluster-\(profile.name).json")
    try FileManager.default.createDirectory(
      at: profile.security, withIntermediateDirectories: true)
    let other = Process()
    other.executableURL = URL(fileURLWithPath: "/bin/sh")
    other.arguments = ["-c", "read line", "ipcontroller"]
    let input = Pipe()
    other.standardInput = input
    try other.run()
    defer { input.fileHandleForWriting.closeFile() }
    let text = #"{"controller": {"state": {"pid": \#(other.processIdentifier)}}}"#
    try Data(text.utf8).write(to: common)
    let start = try profile.start(1)
    #expect(start.status == 1 && start.errors.contains("ipcluster"))
    #expect(try String(contentsOf: common, encoding: .utf8) == text)
  }

  @Test func aClusterIsFoundWhateverIpclusterWritesIntoItsFile() throws {
    let profile = try Profile()
    #expect(try profile.start(1).status == 0)
    let token = try profile.token()
    let common = profile.security.appendingPathComponent("cluster-\(profile.name).json")
    try Data("{}".utf8).write(to: common)
    #expect(try profile.run("list").output.contains(profile.name))
    #expect(try profile.run("stop").status == 0)
    #expect(Self.processes(token).isEmpty)
  }

  @Test(arguments: ["launcher", "controller", "both"])
  func stopFindsEverythingAlsoAfterAKill(_ victim: String) throws {
    let profile = try Profile()
    #expect(try profile.start(2).status == 0)
    let token = try profile.token()
    let clusters = try #require(try profile.json("list")["clusters"] as? [[String: Any]])
    let launcher = try #require(clusters.first { $0["cluster_id"] as? String == profile.name })
    let controller = try #require(try profile.json("status")["controller"] as? Int)
    var victims: Set<Int> = []
    if victim != "controller" { victims.insert(try #require(launcher["launcher"] as? Int)) }
    if victim != "launcher" { victims.insert(controller) }
    for one in victims.sorted() { kill(pid_t(one), SIGKILL) }
    // A process that was killed ends a moment later.
    let end = ContinuousClock.now + .seconds(10)
    while !victims.isDisjoint(with: Self.processes(token)), ContinuousClock.now < end {}
    // If only the controller is gone, the launcher may have stopped the rest already.
    let stop = try profile.run(victim == "both" ? "clean" : "stop")
    #expect(stop.status == 0 || (victim == "controller" && stop.status == 11))
    #expect(Self.processes(token).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: profile.file.path))
  }

  @Test func enginesThatEndAreNamedWithTheirLogs() throws {
    let profile = try Profile()
    let start = try profile.start(2, engine: "sh -c 'echo going down >&2; exit 3'")
    #expect(start.status == 1)
    #expect(start.errors.contains("exited with status 3") && start.errors.contains("going down"))
    #expect(start.errors.contains("0 of 2 engines have joined"))
    // Its logs stay until they are cleaned or the next start.
    #expect(try profile.logs.count == 4 && profile.run("list").output.contains(" no "))
    #expect(try profile.start(2, engine: "sh -c 'exit 4'").status == 1)
    #expect(try profile.logs.count == 4)
    let clean = try profile.run("clean")
    #expect(clean.output.contains("removed what was left of"))
    let security = try FileManager.default.contentsOfDirectory(atPath: profile.security.path)
    #expect(try profile.logs.isEmpty && security.isEmpty)
  }

  @Test func aClusterGoesOnWithEnginesThatJoinedLaterAndEndsWhenThereAreNone() throws {
    let profile = try Profile()
    #expect(try profile.start(1, "--empty-timeout", "1").status == 0)
    let token = try profile.token()
    let other = try profile.engine()
    defer { kill(other.processIdentifier, SIGKILL) }
    try profile.wait(for: "two engines") { try profile.engines.count == 2 }
    let own = try #require(try profile.record["engines"] as? [[String: Any]])[0]["pid"] as? Int
    kill(pid_t(try #require(own)), SIGKILL)
    try profile.wait(for: "one engine") { try profile.engines.count == 1 }
    #expect(try profile.engines.first?["process"] as? Int == Int(other.processIdentifier))
    #expect(try profile.launcherLog.contains("was killed by signal 9"))
    kill(other.processIdentifier, SIGKILL)
    try profile.wait(for: "the end of the cluster") { Self.processes(token).isEmpty }
    let log = try profile.launcherLog
    #expect(log.contains("no engine is left; the cluster ends if none joins within 1.0 s"))
    try profile.wait(for: "the last word of the launcher") {
      try profile.launcherLog.contains("there has been no engine for 1.0 s")
    }
  }

  @Test func enginesAreStartedAgainWhenAsked() throws {
    let profile = try Profile()
    #expect(try profile.start(2, "--restart-engines").status == 0)
    let victim = try #require(try profile.engines.first?["process"] as? Int)
    kill(pid_t(victim), SIGKILL)
    try profile.wait(for: "a new engine") {
      let pids = try profile.engines.compactMap { $0["process"] as? Int }
      return pids.count == 2 && !pids.contains(victim)
    }
    #expect(try profile.launcherLog.contains("was started again"))
    #expect(try profile.run("stop").status == 0)
  }

  @Test func whatAnEnginePrintsWithoutEndIsLimited() throws {
    let profile = try Profile()
    let start = try profile.start(1, "--timeout", "5", engine: "yes")
    #expect(start.status == 1 && start.errors.contains("timed out"))
    for log in try profile.logs {
      let path = profile.folder.path + "/profile_default/log/" + log
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      // Unlimited, it would be some gigabytes.
      #expect(try #require(size) < 1 << 30)
    }
    #expect(try profile.logs.contains { $0.hasSuffix(".log.1") })
    #expect(try profile.run("clean").status == 0)
    #expect(try profile.logs.isEmpty)
  }

  @Test func anInterruptedStartInTheBackgroundEndsThere() throws {
    let profile = try Profile()
    let start = Process()
    start.executableURL = try Project.program("apus")
    start.arguments = [
      "cluster", "start", "--cluster-id", profile.name, "-n", "1", "--daemonize", "--engines",
      "tail -f /dev/null",
    ]
    start.environment = ProcessInfo.processInfo.environment.merging(
      ["IPYTHONDIR": profile.folder.path]) { $1 }
    let errors = Pipe()
    start.standardError = errors
    try start.run()
    try profile.wait(for: "an engine") { (try? profile.processes().count) == 2 }
    let token = try profile.token()
    kill(start.processIdentifier, SIGINT)
    start.waitUntilExit()
    #expect(start.terminationStatus == 1)
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.contains("the start was interrupted"))
    #expect(Self.processes(token).isEmpty)
  }

  @Test func aCopiedProfileIsSaidAndLeavesTheOriginalAlone() throws {
    let profile = try Profile()
    #expect(try profile.start(1).status == 0)
    let folder = profile.folder.path
    try FileManager.default.copyItem(
      atPath: folder + "/profile_default", toPath: folder + "/profile_copy")
    let stop = try profile.run("stop", "--profile", "copy")
    #expect(stop.status == 11 && stop.errors.contains("is a copy of"))
    let list = try profile.run("list")
    #expect(list.output.split(separator: "\n").count == 2 && list.errors.contains("is a copy of"))
    #expect(try profile.run("clean", "--profile", "copy").status == 0)
    #expect(try profile.engines.count == 1)
    #expect(try !profile.run("list").errors.contains("copy"))
  }

  @Test func anUnreadableFileIsSaidByAllCommandsAndCleaned() throws {
    let profile = try Profile()
    try FileManager.default.createDirectory(
      at: profile.security, withIntermediateDirectories: true)
    try Data("{".utf8).write(to: profile.file)
    let start = try profile.start(1)
    #expect(start.status == 1 && start.errors.contains("is not the file of a cluster"))
    for command in ["stop", "list"] {
      #expect(
        try profile.run(command).errors.contains("is not the file of a cluster"), "\(command)")
    }
    #expect(try profile.run("clean").output.contains("removed \(profile.file.path)"))
    #expect(try profile.start(1).status == 0)
  }

  @Test func tooFewDescriptorsAreSaidBeforeAnythingStarts() throws {
    let profile = try Profile()
    let apus = try Project.program("apus").path
    for (limit, command, needed) in [
      (100, "cluster start -n 8 --engines true", "needs 144"), (40, "controller", "needs 80"),
    ] {
      let run = try Execution.run(
        URL(fileURLWithPath: "/bin/sh"), ["-c", "ulimit -n \(limit); exec '\(apus)' \(command)"],
        environment: ["IPYTHONDIR": profile.folder.path])
      #expect(run.status == 1)
      #expect(run.errors.contains("may open \(limit) files"), "\(run.errors)")
      #expect(run.errors.contains(needed), "\(run.errors)")
    }
  }

  @Test func enginesThatDoNotJoinInTimeAreNamedAndStopped() throws {
    let profile = try Profile()
    let start = try profile.start(
      1, "--timeout", "1", engine: "sh -c 'echo I wait; exec tail -f /dev/null'")
    #expect(start.status == 1)
    #expect(start.errors.contains("still running") && start.errors.contains("I wait"))
    #expect(start.errors.contains("timed out"))
  }

  @Test func badInputIsNamed() throws {
    let profile = try Profile()
    for (words, part) in [
      (["start", "-n", "0"], "from 1 to 65536"), (["start", "--timeout", "0"], "above 0"),
      (["start", "--engines", "'x"], "unterminated"),
      (["start", "--python", "/bin/false"], "has no ipyparallel"),
      (["start", "-n", "1", "--engines", "/no/such/program"], "cannot start /no/such/program"),
      (["start", "-n", "1", "--cluster-id", "a/b"], "must have no '/'"),
      (["start", "-n", "1", "--empty-timeout", "-1"], "--empty-timeout"),
      (["start", "-n", "1", "--engines", "true", "--", "--hwm=-1"], "0 or more"),
    ] {
      let run = try Execution.run(
        Project.program("apus"), ["cluster"] + words,
        environment: ["IPYTHONDIR": profile.folder.path])
      #expect(run.status != 0 && run.errors.contains(part), "\(words): \(run.errors)")
    }
    let status = try profile.run("status")
    #expect(status.status == 11 && status.errors.contains("no controller is running here"))
  }

  @Test func anEngineHasItsShareOfTheCoresUnlessTheUserSaysOtherwise() throws {
    let profile = try Profile()
    let out = profile.folder.appendingPathComponent("seen")
    let engine = "sh -c 'env > \(out.path).$$ && mv \(out.path).$$ \(out.path); exit 1'"
    _ = try profile.start(16, engine: engine)
    let seen = try String(contentsOf: out, encoding: .utf8)
    #expect(seen.contains("OPENBLAS_NUM_THREADS=1\n") && seen.contains("MKL_NUM_THREADS=1\n"))
  }
}
