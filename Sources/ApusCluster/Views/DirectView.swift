// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Some engines of a cluster, each of which is addressed directly.
///
/// ```swift
/// let view = try await cluster.directView()
/// try await view.execute("import numpy as np")
/// try await view.push(["x": PythonValue(array: [1, 2, 3])])
/// let sums = try await view.call("builtins.sum", [3, 4])
/// ```
/// Engines of Python do all of this; Swift engines keep values that are pushed to them, and answer the rest with an error.
public struct DirectView: Sendable {
  /// The numbers of the engines, ascending.
  public let ids: [Int]
  private let engines: [EngineID]
  /// Keeps the loop running.
  private let cluster: Cluster
  private let loop: RequestLoop
  private let timeout: Duration?

  init(
    _ engines: [Int: EngineID], _ cluster: Cluster, _ loop: RequestLoop, timeout: Duration?
  ) {
    ids = engines.keys.sorted()
    self.engines = ids.compactMap { engines[$0] }
    (self.cluster, self.loop) = (cluster, loop)
    self.timeout = timeout
  }

  // MARK: Code and names

  /// Executes Python code on all engines.
  ///
  /// - Throws: ``EngineError`` of the first engine that fails; ``ClusterError``; `CancellationError`.
  public func execute(_ code: String) async throws {
    let content = JSONText(object: [
      ("code", .string(code)), ("silent", JSONText(.bool(true))),
      ("store_history", JSONText(.bool(false))), ("user_expressions", .emptyObject),
      ("allow_stdin", JSONText(.bool(false))), ("stop_on_error", JSONText(.bool(false))),
    ])
    _ = try await replies { id, engine in
      ViewRequest(
        id: id, type: .executeRequest, content: content, engine: engine, timeout: timeout)
    }
  }

  /// Gives values names on all engines.
  ///
  /// - Throws: as ``execute(_:)``.
  public func push(_ values: [String: PythonValue]) async throws {
    let named = values.map { ($0.key, $0.value.pickle) }
    _ = try await apply(ApplyBuffers(PickleName("ipyparallel.util", "_push"), keywords: named))
  }

  /// The values that a name has, in the order of the engines.
  ///
  /// - Throws: as ``execute(_:)``.
  public func pull(_ name: String) async throws -> [PythonValue] {
    try await apply(ApplyBuffers(PickleName("ipyparallel.util", "_pull"), [.text(name)]))
  }

  /// Divides values among the engines, in order and as evenly as possible, as lists of the same name.
  ///
  /// - Throws: as ``execute(_:)``.
  public func scatter(_ name: String, _ values: [PythonValue]) async throws {
    _ = try await apply { place in
      let part = values[Self.range(place, of: engines.count, total: values.count)]
      return ApplyBuffers(
        PickleName("ipyparallel.util", "_push"),
        keywords: [(name, .list(part.map(\.pickle)))])
    }
  }

  /// Divides numbers among the engines, in order and as evenly as possible, as NumPy arrays of the same name.
  ///
  /// - Throws: as ``execute(_:)``.
  public func scatter(_ name: String, _ numbers: [Double]) async throws {
    _ = try await apply { place in
      let part = numbers[Self.range(place, of: engines.count, total: numbers.count)]
      return ApplyBuffers(
        PickleName("ipyparallel.util", "_push"),
        keywords: [(name, .array(PickledArray(Array(part))))])
    }
  }

  /// Joins lists, or arrays of one dimension, of the same name in the order of the engines.
  ///
  /// - Throws: as ``execute(_:)``; ``ClusterError`` `.unexpected` for other values.
  public func gather(_ name: String) async throws -> [PythonValue] {
    try await pull(name).flatMap { part in
      if let elements = part.elements { return elements }
      if part.shape?.count == 1, let integers = part.ints {
        return integers.map { PythonValue($0) }
      }
      if part.shape?.count == 1, let numbers = part.doubles {
        return numbers.map { PythonValue($0) }
      }
      throw ClusterError(.unexpected, "'\(name)' is no list and no array of one dimension.")
    }
  }

  // MARK: Functions

  /// Calls a function of Python, by its module and name, on all engines.
  ///
  /// - Parameters:
  ///   - function: such as `"builtins.sum"` or `"numpy.linalg.norm"`.
  ///   - arguments: in order.
  ///   - keywords: by name.
  /// - Returns: the results in the order of the engines.
  /// - Throws: as ``execute(_:)``.
  public func call(
    _ function: String, _ arguments: PythonValue..., keywords: [String: PythonValue] = [:]
  ) async throws -> [PythonValue] {
    let name = PickleName(path: function)
    let (values, named) = (arguments.map(\.pickle), keywords.map { ($0.key, $0.value.pickle) })
    return try await apply(ApplyBuffers(name, values, keywords: named))
  }

  // MARK: Requests

  /// Sends the same call to all engines; what it holds is made into bytes once.
  private func apply(_ call: ApplyBuffers) async throws -> [PythonValue] {
    let buffers = call.buffers
    return try await apply(engines.map { _ in buffers })
  }

  private func apply(_ call: (_ place: Int) -> ApplyBuffers) async throws -> [PythonValue] {
    try await apply(engines.indices.map { call($0).buffers })
  }

  /// Sends each engine its own call, and returns their results.
  private func apply(_ buffers: [[[UInt8]]]) async throws -> [PythonValue] {
    let replies = try await replies { id, engine in
      ViewRequest(
        id: id, type: .applyRequest, metadata: JSONText(object: [("label", .null)]),
        engine: engine, buffers: buffers[engines.firstIndex(of: engine) ?? 0], timeout: timeout)
    }
    return try zip(replies, ids).map { try PythonValue(result: $0, engine: $1) }
  }

  /// Sends a request to each engine, and returns the replies in their order.
  private func replies(
    _ make: (MessageID, EngineID) -> ViewRequest
  ) async throws -> [WireMessage] {
    let requests = engines.map { make(loop.nextID(), $0) }
    return try await withThrowingTaskGroup(of: (Int, WireMessage).self) { group in
      for (place, request) in requests.enumerated() {
        group.addTask { [loop] in (place, try await loop.send(request)) }
      }
      var all: [WireMessage?] = requests.map { _ in nil }
      while let (place, reply) = try await group.next() {
        if let error = EngineError(reply.contentValue, engine: ids[place]) { throw error }
        all[place] = reply
      }
      return all.compactMap { $0 }
    }
  }

  /// The part of some values that one of several engines gets; the first ones get one more where it does not come out even.
  static func range(_ place: Int, of parts: Int, total: Int) -> Range<Int> {
    let (size, rest) = total.quotientAndRemainder(dividingBy: max(1, parts))
    let start = place * size + min(place, rest)
    return start..<start + size + (place < rest ? 1 : 0)
  }
}

extension PythonValue {
  /// The result of a call.
  init(result message: WireMessage, engine: Int) throws {
    func unexpected(_ what: String) -> ClusterError {
      ClusterError(.unexpected, "Engine \(engine) has answered with \(what).")
    }
    let value: PickleValue
    do {
      var buffers = message.buffers[...]
      value = try CannedValue.take(&buffers)
    } catch {
      throw unexpected("what is no value: \(error)")
    }
    if let object = value.firstObject {
      throw unexpected("an object, which is no plain data and no array: \(object)")
    }
    self.init(value)
  }
}

extension PickleName {
  /// A name such as `numpy.linalg.norm`; one without a module is a builtin.
  init(path: String) {
    let parts = path.split(separator: ".")
    let module = parts.dropLast().joined(separator: ".")
    self.init(module.isEmpty ? "builtins" : module, parts.last.map { String($0) } ?? "")
  }
}
