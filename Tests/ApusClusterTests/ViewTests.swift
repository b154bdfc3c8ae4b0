// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusWorkers
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster

/// Views of engines of Python and Swift, by one controller.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
struct ViewTests {
  /// One Swift engine, number 0, and two of Python.
  private func mixed() throws -> EngineCluster {
    let cluster = try EngineCluster(engines: 1)
    try cluster.startPython()
    try cluster.startPython()
    try cluster.wait(3)
    return cluster
  }

  @Test
  func codeNamesArraysAndCallsOnEnginesOfPython() async throws {
    let cluster = try mixed()
    let client = cluster.client
    #expect(try await client.ids == [0, 1, 2])
    #expect(try await client.swiftIDs == [0])
    let view = try await client.directView([1, 2])
    try await view.execute("import numpy as np\nfrom os import getpid\nx = 6 * 7")
    #expect(try await view.pull("x").map(\.int) == [42, 42])
    try await view.push([
      "a": PythonValue(array: [1, 2.5, 3]), "n": 7, "text": "é\u{1F600}", "none": nil,
      "m": PythonValue(array: (0..<6000).map { Double($0) }, shape: [3, 2000]),
      "mixed": ["list": [1, 2.5, "x", true], "empty": [:]],
    ])
    try await view.execute("s = float(a.sum()); t = m.T.copy(); ok = mixed['list'][3] is True")
    #expect(try await view.pull("s").map(\.double) == [6.5, 6.5])
    let transposed = try await view.pull("t")[0]
    #expect(transposed.shape == [2000, 3] && transposed.doubles?[1] == 2000)
    #expect(try await view.pull("ok").map(\.bool) == [true, true])
    #expect(try await view.pull("mixed")[1]["list"]?.elements?.count == 4)
    #expect(try await view.pull("none")[0].isNone)
    #expect(try await view.pull("text")[0].string == "é\u{1F600}")
    #expect(try await view.call("math.pow", 2, 10).map(\.double) == [1024, 1024])
    #expect(
      try await view.call("builtins.sorted", [3, 1, 2], keywords: ["reverse": true])[0].ints
        == [3, 2, 1])
    #expect(
      try await view.call("numpy.linalg.norm", PythonValue(array: [3.0, 4.0]))[1].double == 5)
    try await view.scatter("part", (0..<7).map { Double($0) })
    #expect(try await view.call("eval", "len(part)").map(\.int) == [4, 3])
    #expect(try await view.gather("part").map(\.double) == (0..<7).map { Double($0) })
    try await view.scatter("words", ["a", "b", "c"])
    #expect(try await view.gather("words").map(\.string) == ["a", "b", "c"])
  }

  @Test
  func resultsOfALoadBalancedMapComeAsCallsEnd() async throws {
    let cluster = try mixed()
    let client = cluster.client
    let view = try await client.directView([1, 2])
    try await view.execute(
      """
      import os, time
      def wait(x):
          while x == 0 and not os.path.exists(path):
              time.sleep(0.01)
          return 10 // (x - 3)
      """)
    let path = try Project.temporaryFolder().appendingPathComponent("go").path
    try await view.push(["path": PythonValue(path)])
    let balanced = try await client.loadBalancedView()
    var order: [Int] = [], failed: [Int] = []
    for await (position, outcome) in balanced.results(
      "__main__.wait", (0..<8).map { PythonValue($0) })
    {
      order.append(position)
      switch outcome {
      case .success(let value):
        #expect(value.int == Int((10.0 / Double(position - 3)).rounded(.down)))
      case .failure(let error):
        failed.append(position)
        #expect((error as? EngineError)?.name == "ZeroDivisionError")
      }
      // The first one ends when all others have.
      if order.count == 7 { try Data().write(to: URL(fileURLWithPath: path)) }
    }
    #expect(order.sorted() == Array(0..<8) && order.last == 0)
    #expect(failed == [3])
    var taken = 0
    for await _ in balanced.results("builtins.abs", (0..<50).map { PythonValue($0) }) {
      taken += 1
      if taken == 3 { break }
    }
    #expect(try await balanced.call("builtins.abs", -4).int == 4)
  }

  @Test
  func errorsSayEngineClassAndTextAndAnEngineThatDiesEndsItsRequests() async throws {
    let cluster = try mixed()
    let client = cluster.client
    let view = try await client.directView([1])
    let error = await #expect(throws: EngineError.self) { try await view.execute("1 / 0") }
    #expect(error?.name == "ZeroDivisionError" && error?.engine == 1)
    #expect(error?.traceback.isEmpty == false)
    let missing = await #expect(throws: EngineError.self) { try await view.pull("nothing") }
    #expect(missing?.name == "NameError")
    await #expect(throws: ClusterError.self) { try await client.directView([0, 9]) }
    let object = await #expect(throws: ClusterError.self) {
      try await view.call("fractions.Fraction", 1, 2)
    }
    #expect(object?.code == .unexpected)
    let process = try await view.call("os.getpid")[0].int
    let late = try await client.directView([2], timeout: .milliseconds(300))
    let timedOut = await #expect(throws: ClusterError.self) {
      try await late.execute("import time; time.sleep(5)")
    }
    #expect(timedOut?.code == .timedOut)
    let mark = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: mark) }
    let waiting = Task {
      try await view.execute("import time; open('\(mark)', 'w').close(); time.sleep(60)")
    }
    let end = ContinuousClock.now + .seconds(20)
    while !FileManager.default.fileExists(atPath: mark), ContinuousClock.now < end {
      await Task.yield()
    }
    kill(pid_t(try #require(process)), SIGKILL)
    let died = await #expect(throws: EngineError.self) { try await waiting.value }
    #expect(died?.engine == 1)
    let swift = try await client.directView([0])
    let refused = await #expect(throws: EngineError.self) { try await swift.execute("1 + 1") }
    #expect(refused?.name == "NotImplementedError")
    try await swift.push(["kept": PythonValue(array: [1.5, 2.5]), "n": 3])
    #expect(try await swift.pull("kept")[0].doubles == [1.5, 2.5])
    let cancelled = Task {
      try await client.directView([2]).execute("import time; time.sleep(30)")
    }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
  }

  @Test
  func loadBalancedTasksGoToEnginesOfPythonOnly() async throws {
    let cluster = try mixed()
    var view = try await cluster.client.loadBalancedView()
    let roots = try await view.map("math.sqrt", (0..<200).map { PythonValue(Double($0 * $0)) })
    #expect(roots.map(\.double) == (0..<200).map { Double($0) })
    let first = view.submit("math.factorial", [20])
    view.after = [first]
    let second = view.submit("math.factorial", [5])
    #expect(try await second.value.int == 120)
    #expect(try await first.value.int == 2_432_902_008_176_640_000)
    view.after = []
    view.targets = [2]
    #expect(try await view.call("math.floor", 2.5).int == 2)
    view.targets = nil
    let error = await #expect(throws: EngineError.self) {
      try await view.map("math.sqrt", [4, -1, 9])
    }
    #expect(error?.name == "ValueError")
    // A map of Swift functions uses the Swift engine only, beside Python's tasks.
    let place = cluster.place
    let squares = try await (0..<100).parallelMap(Square(), on: place)
    #expect(squares == (0..<100).map { $0 * $0 })
  }

  @Test
  func swiftEnginesJoinTheStockController() async throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let python: URL = try #require(RealPython.interpreter)
    let variables = ProcessInfo.processInfo.environment
    func start(_ words: [String]) throws -> ChildProcess {
      try ChildProcess.start(words, environment: variables, output: folder.path + "/output.log")
    }
    var processes = [
      try start([
        python.path, "-m", "ipyparallel.controller", "--profile-dir=\(folder.path)",
        "--ip=127.0.0.1", "--init", "--HeartMonitor.period=500",
      ])
    ]
    defer {
      for process in processes {
        process.killGroup()
        var status: Int32 = 0
        waitpid(pid_t(process.pid), &status, 0)
      }
    }
    let cluster = try await Cluster.connect(directory: folder.path, timeout: .seconds(60))
    for _ in 0..<2 {
      processes.append(
        try start([
          try Project.program("contract-worker").path, "--apus-engine",
          "--profile-dir=\(folder.path)", "--timeout=30",
        ]))
    }
    try await cluster.waitForEngines(2)
    let squares = try await (0..<2000).parallelMap(Square(), on: .cluster(cluster))
    #expect(squares == (0..<2000).map { $0 * $0 })
    var options = TaskOptions()
    options.retries = 2
    let map = Task { [options] in
      try await (0..<200).parallelMap(
        SleepFor(), on: .cluster(cluster), options: options)
    }
    _ = try await map.value
    let view = try await cluster.directView()
    try await view.push(["x": 5])
    #expect(try await view.pull("x").map(\.int) == [5, 5])
    let refused = await #expect(throws: EngineError.self) { try await view.execute("1") }
    #expect(refused?.name == "NotImplementedError")
  }
}
