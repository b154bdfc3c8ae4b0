// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
import ApusTransport
import ApusWire

/// The engines of a cluster as a whole: its controller gives each task to the one with least to do.
///
/// ```swift
/// let view = try await cluster.loadBalancedView()
/// let norms = try await view.map("math.sqrt", [1, 4, 9])
/// ```
/// Tasks without targets run on engines of Python only.
public struct LoadBalancedView: Sendable {
  /// How often the controller gives a task that has failed to another engine; default 0.
  public var retries = 0
  /// The numbers of the engines that may run tasks; nil, the default, for all of Python.
  public var targets: [Int]?
  /// Tasks that must have succeeded before; default none.
  public var after: [ClusterTask] = []
  /// Tasks on whose engine a task must run; default none.
  public var follow: [ClusterTask] = []
  /// How long a task may wait for an engine, which the controller watches; nil, the default, for any time.
  public var queueTimeout: Duration?
  /// How long to wait for a result; nil, the default, for as long as it takes.
  public var timeout: Duration?

  private let engines: [Int: EngineID]
  /// Keeps the loop running.
  private let cluster: Cluster
  private let loop: RequestLoop

  init(_ engines: [Int: EngineID], _ cluster: Cluster, _ loop: RequestLoop) {
    (self.engines, self.cluster, self.loop) = (engines, cluster, loop)
  }

  /// Submits a call of a function of Python, which begins when the controller has an engine for it.
  ///
  /// - Parameters:
  ///   - function: its module and name, such as `"math.sqrt"`.
  ///   - arguments: in order.
  ///   - keywords: by name.
  /// - Returns: the task; its result is ``ClusterTask/value``.
  public func submit(
    _ function: String, _ arguments: [PythonValue], keywords: [String: PythonValue] = [:]
  ) -> ClusterTask {
    let call = ApplyBuffers(
      PickleName(path: function), arguments.map(\.pickle),
      keywords: keywords.map { ($0.key, $0.value.pickle) })
    let request = ViewRequest(
      id: loop.nextID(), type: .applyRequest, metadata: metadata, channel: "task",
      buffers: call.buffers, timeout: timeout)
    return ClusterTask(request, cluster, loop)
  }

  /// Calls a function of Python on one engine.
  ///
  /// - Throws: ``EngineError``; ``ClusterError``; `CancellationError`.
  public func call(
    _ function: String, _ arguments: PythonValue..., keywords: [String: PythonValue] = [:]
  ) async throws -> PythonValue {
    try await submit(function, arguments, keywords: keywords).value
  }

  /// Calls a function of Python for each element, with that as its only argument.
  ///
  /// - Parameters:
  ///   - function: its module and name.
  ///   - elements: one for each call.
  ///   - progress: counts finished calls; default none.
  /// - Returns: the results in the order of the elements.
  /// - Throws: ``EngineError`` of the first call that has failed, which aborts the rest; ``ClusterError``; `CancellationError`.
  public func map(
    _ function: String, _ elements: [PythonValue], progress: MapProgress? = nil
  ) async throws -> [PythonValue] {
    progress?.begin(elements.count)
    return try await withThrowingTaskGroup(of: (Int, PythonValue).self) { group in
      let tasks = elements.map { submit(function, [$0]) }
      for (index, task) in tasks.enumerated() { group.addTask { (index, try await task.value) } }
      var results: [PythonValue?] = elements.map { _ in nil }
      do {
        while let (index, value) = try await group.next() {
          results[index] = value
          progress?.record(done: 1, failed: 0, worker: 0)
        }
      } catch {
        await abort(tasks)
        throw error
      }
      return results.compactMap { $0 }
    }
  }

  /// Calls a function of Python for each element, and delivers the results as they come.
  ///
  /// - Parameters:
  ///   - function: its module and name.
  ///   - elements: one for each call, all of which are submitted at once.
  /// - Returns: pairs of an element's position and its result or error, in the order in which calls end; a call that fails stops no
  ///   other. Calls that have not begun are aborted when the reader's task is cancelled or the stream is released.
  public func results(
    _ function: String, _ elements: [PythonValue]
  ) -> AsyncStream<(position: Int, outcome: Result<PythonValue, any Error>)> {
    let tasks = elements.map { submit(function, [$0]) }
    return AsyncStream { stream in
      let reading = Task {
        await withTaskGroup(of: Void.self) { group in
          for (position, task) in tasks.enumerated() {
            group.addTask {
              do {
                stream.yield((position, .success(try await task.value)))
              } catch {
                stream.yield((position, .failure(error)))
              }
            }
          }
        }
        stream.finish()
      }
      stream.onTermination = { end in
        guard case .cancelled = end else { return }
        reading.cancel()
        Task { await abort(tasks) }
      }
    }
  }

  /// Withdraws tasks that have not begun; they end with a ``EngineError`` named `TaskAborted`.
  public func abort(_ tasks: [ClusterTask]) async {
    let content = JSONText(object: [("msg_ids", .strings(tasks.map(\.request.id.text)))])
    await withTaskGroup(of: Void.self) { group in
      for engine in engines.values {
        let request = ViewRequest(
          id: loop.nextID(), type: MessageType("abort_request"), content: content, engine: engine,
          channel: "control", timeout: .seconds(5))
        group.addTask { [loop] in _ = try? await loop.send(request) }
      }
    }
    for task in tasks { task.cancel() }
  }

  private var metadata: JSONText {
    let names = (targets ?? []).compactMap { engines[$0]?.uuid }
    return JSONText(object: [
      ("after", .strings(after.map(\.request.id.text))),
      ("follow", .strings(follow.map(\.request.id.text))),
      ("timeout", JSONText(.number(queueTimeout?.seconds ?? 0))),
      ("targets", .strings(names)), ("retries", .integer(retries)), ("label", .null),
    ])
  }
}

/// A call that was submitted to a load-balanced view.
public struct ClusterTask: Sendable {
  let request: ViewRequest
  private let running: Task<PythonValue, any Error>

  init(_ request: ViewRequest, _ cluster: Cluster, _ loop: RequestLoop) {
    self.request = request
    running = Task {
      // The loop runs as long as there is its cluster.
      defer { withExtendedLifetime(cluster) {} }
      let reply = try await loop.send(request)
      if let error = EngineError(reply.contentValue, engine: -1) { throw error }
      return try PythonValue(result: reply, engine: -1)
    }
  }

  /// The result of the call.
  ///
  /// - Throws: ``EngineError``; ``ClusterError``; `CancellationError`.
  public var value: PythonValue {
    get async throws {
      try await withTaskCancellationHandler {
        try await running.value
      } onCancel: {
        running.cancel()
      }
    }
  }

  /// Ends the wait for the result.
  public func cancel() { running.cancel() }
}
