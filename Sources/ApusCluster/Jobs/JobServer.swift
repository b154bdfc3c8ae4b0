// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
public import ApusRandom
import ApusTransport
import ApusWire
public import ApusWorkers

/// Runs single jobs in worker processes of this machine and on nodes, each where there is room: Parallel Python's way of working,
/// without a controller.
///
/// ```swift
/// let server = try JobServer(nodes: ["smeagol", "beren:61000"], secret: "mysecretphrase")
/// let jobs = try (0..<100).map { try server.submit(PiSlice(points: 1_000_000), $0) }
/// for job in jobs { print(try await job.value) }
/// server.printStatistics()
/// ```
/// A node is this program, started elsewhere with `--apus-node`, where ``Cluster/enter(functions:)`` is the first line of main. Both
/// sides show each other that they know the secret, and all connections are encrypted. A job that fails, or whose worker is killed,
/// fails alone. Jobs of a node that cannot be reached any more run again elsewhere, up to five times; if no place can be reached for a
/// minute, all jobs that wait fail. A node runs the jobs of one function at a time.
public final class JobServer: Sendable {
  private static let local = "local"

  let dispatch: JobDispatch
  private let watches: [Task<Void, Never>]
  /// The worker program, if it is not this one.
  private let program: String?

  /// Starts a server; workers are started with the first job of each function.
  ///
  /// - Parameters:
  ///   - workers: the worker processes of this machine; default one for each core that this process may use.
  ///   - nodes: `HOST` or `HOST:PORT` each; default none. One that cannot be reached is tried again and again.
  ///   - secret: what the nodes were started with, at least 8 bytes; needed if there are nodes.
  ///   - streams: the job with number `t` gets the stream of task `t`; default none.
  ///   - options: retries and limits of all jobs; default none.
  /// - Throws: ``ClusterError`` if a node's name or the secret is invalid, or there is neither a worker nor a node.
  public convenience init(
    workers: Int? = nil, nodes: [String] = [], secret: String? = nil,
    streams: consuming Streams<TaskStream>? = nil, options: TaskOptions = TaskOptions()
  ) throws {
    let origin = streams?.origin
    try self.init(
      workers: workers, nodes: nodes, secret: secret, origin: origin, options: options, program: nil
    )
  }

  /// - Parameter program: what workers run in place of this program; for tests.
  package init(
    workers: Int? = nil, nodes: [String] = [], secret: String? = nil, origin: StreamOrigin? = nil,
    options: TaskOptions = TaskOptions(), program: String?
  ) throws {
    let count = workers ?? ThreadBudget.current.count
    guard (0...1024).contains(count), count > 0 || !nodes.isEmpty else {
      throw ClusterError(
        .notStarted, "A job server needs 1 to 1024 workers, or nodes, not \(count) workers.")
    }
    let addresses = try nodes.map { try NodeAddress($0) }
    self.program = program
    var places = [
      (place: Self.processes(max(1, count), program), name: Self.local, capacity: count)
    ]
    guard !nodes.isEmpty else {
      dispatch = JobDispatch(places, options, origin)
      watches = []
      return
    }
    guard let secret else {
      throw ClusterError(.invalidSecret, "Nodes need a secret: that with which they were started.")
    }
    let keys = try NodeKeys(secret: secret)
    for (name, address) in zip(nodes, addresses) {
      var settings = ClusterSettings(address.connectionFile(keys))
      settings.largestBatch = 1
      let place = Place(ClusterPlace(settings: settings))
      places.append((place, name, 0))
    }
    let dispatch = JobDispatch(places, options, origin)
    self.dispatch = dispatch
    watches = addresses.enumerated().map { number, address in
      let watch = NodeWatch(
        address: address, keys: keys,
        found: { [weak dispatch] in dispatch?.setCapacity(of: number + 1, $0) },
        lost: { [weak dispatch] in dispatch?.lost(number + 1, $0) })
      return Task { await watch.run() }
    }
  }

  deinit { close() }

  private static func processes(_ count: Int, _ program: String?) -> Place {
    program.map { Place.processes(count).running($0) } ?? .processes(count)
  }

  // MARK: Jobs

  /// Submits a call of a function, which begins when a worker is free.
  ///
  /// - Parameters:
  ///   - function: jobs of the same function, with the same properties, share workers that know it.
  ///   - element: what it is called with.
  ///   - group: a name to wait for; default none.
  ///   - callback: gets the result; default none. It is called once, on a thread of Swift's, and must not wait for other jobs.
  /// - Returns: the job at once; its result is ``Job/value``.
  /// - Throws: `WorkerError` if the function cannot be encoded.
  /// - Complexity: the function is encoded each time: ``submit(_:of:group:callback:)`` does so once for many jobs.
  @discardableResult
  public func submit<Function: RemoteFunction>(
    _ function: Function, _ element: Function.Input, group: String = "",
    callback: (@Sendable (Result<Function.Output, any Error>) -> Void)? = nil
  ) throws -> Job<Function.Output> {
    try submit(function, of: [element], group: group) { callback?($1) }[0]
  }

  /// Submits a call of a function for each element.
  ///
  /// - Parameters:
  ///   - function: what is called.
  ///   - elements: one for each job.
  ///   - group: a name to wait for; default none.
  ///   - callback: gets the number of each job and its result; default none. It must not wait for other jobs.
  /// - Returns: the jobs, in the order of the elements.
  /// - Throws: `WorkerError` if the function cannot be encoded.
  @discardableResult
  public func submit<Function: RemoteFunction>(
    _ function: Function, of elements: [Function.Input], group: String = "",
    callback: (@Sendable (_ number: Int, Result<Function.Output, any Error>) -> Void)? = nil
  ) throws -> [Job<Function.Output>] {
    let name = try FunctionName(function)
    let jobs = dispatch.submit(elements.count) { place, number in
      FunctionJob(number, function, name, elements[place], group: group) { callback?(number, $0) }
    }
    return jobs.map { Job(number: $0.number, result: $0.result) }
  }

  /// Waits until jobs have ended and their callbacks have returned, whether they have failed or not.
  ///
  /// - Parameter group: whose jobs; nil, the default, for all.
  /// - Throws: `CancellationError` if the task that waits is cancelled.
  public func wait(group: String? = nil) async throws { try await dispatch.wait(group) }

  // MARK: Places

  /// The places that can run jobs now, and how many at a time: `local`, and nodes as they were named.
  public var activeNodes: [String: Int] {
    let active = dispatch.places.filter { $0.capacity > 0 }
    return Dictionary(active.map { ($0.name, $0.capacity) }) { $0 + $1 }
  }

  /// Changes the number of worker processes of this machine; jobs that run end where they are.
  ///
  /// - Throws: ``ClusterError`` if it is not from 0 to 1024, or 0 without nodes.
  public func setWorkers(_ count: Int) throws {
    guard (0...1024).contains(count), count > 0 || !watches.isEmpty else {
      throw ClusterError(
        .notStarted, "A job server needs 1 to 1024 workers, or nodes, not \(count) workers.")
    }
    dispatch.replace(0, by: Self.processes(max(1, count), program), capacity: count)
  }

  /// What each place has done so far.
  public var statistics: [JobServerStatistics] {
    dispatch.places.map { JobServerStatistics(name: $0.name, jobs: $0.finished, time: $0.time) }
  }

  /// Prints the table of Parallel Python's `print_stats`.
  public func printStatistics() { WorkerProcesses.writeLine(statisticsTable) }

  var statisticsTable: String {
    JobServerStatistics.table(
      statistics, elapsed: dispatch.start.duration(to: dispatch.now), active: dispatch.openCount,
      workers: activeNodes.values.reduce(0, +))
  }

  /// Ends the workers of this machine and the connections to nodes; jobs that have not ended fail.
  ///
  /// It happens by itself when the server is released.
  public func close() {
    for watch in watches { watch.cancel() }
    dispatch.close()
  }
}

extension FunctionName {
  /// - Throws: `WorkerError` if the properties cannot be encoded.
  fileprivate init<Function: RemoteFunction>(_ function: Function) throws {
    do {
      self.init(
        type: String(reflecting: Function.self),
        properties: try JobCall(function, nil).propertiesDigest)
    } catch {
      throw WorkerError(
        .functionNotFound, "\(Function.self) cannot be encoded with its properties: \(error)")
    }
  }
}
