// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// The random numbers of one task.
public typealias TaskStream = Philox4x64

/// A function that can travel to another process: a value whose stored properties are what a closure would capture.
///
/// Its call takes one element, and, if it wants them, the task's random numbers and its context:
///
/// ```swift
/// struct PiSlice: RemoteFunction {
///   var points: Int
///   func callAsFunction(_ slice: Int, _ rng: inout TaskStream) -> Int {
///     (0..<points).count { _ in
///       let (x, y) = (rng.uniform(), rng.uniform())
///       return x * x + y * y < 1
///     }
///   }
/// }
/// ```
/// Write one of the four forms of the call; it may throw. The same value runs on threads and in worker processes. A worker is
/// the same program, so it finds the function by the name of its type: this must not be `private`, nor be declared within a
/// function.
public protocol RemoteFunction<Input, Output>: Codable, Sendable {
  /// What the function takes.
  associatedtype Input: Codable & Sendable
  /// What it returns.
  associatedtype Output: Codable & Sendable

  /// Prepares a process for the function's tasks: it opens what they need, or loads data.
  ///
  /// It is called once in each worker process before its first task, and once a map on threads. It does nothing by default. If it
  /// throws, the map ends; in worker processes after the third worker in a row that could not be prepared.
  func prepare() throws

  /// Calls the function.
  func callAsFunction(_ element: Input) throws -> Output
  /// Calls the function with the context of its task.
  func callAsFunction(_ element: Input, _ context: TaskContext) throws -> Output
  /// Calls the function with the random numbers of its task.
  func callAsFunction(_ element: Input, _ rng: inout TaskStream) throws -> Output
  /// Calls the function with both.
  func callAsFunction(
    _ element: Input, _ rng: inout TaskStream, _ context: TaskContext
  ) throws -> Output
}

extension RemoteFunction {
  /// Does nothing.
  public func prepare() throws {}

  /// Prepares this process for a map on threads, or for a task that is run again.
  package func prepareHere() throws {
    do {
      try prepare()
    } catch let error as WorkerError where error.code == .notPrepared {
      // That of a function within this one.
      throw error
    } catch {
      throw WorkerError.notPrepared(Self.self, error)
    }
  }

  /// Throws, because the function wants more than its element.
  public func callAsFunction(_ element: Input) throws -> Output {
    throw WorkerError(
      .missingStreams,
      "\(Self.self) draws random numbers, but the map was given none: pass `streams:`.")
  }

  /// Calls the form without the context.
  public func callAsFunction(_ element: Input, _ context: TaskContext) throws -> Output {
    try self(element)
  }

  /// Throws, because the function has no such form; its other forms are tried then.
  public func callAsFunction(_ element: Input, _ rng: inout TaskStream) throws -> Output {
    throw MissingForm()
  }

  /// Calls the form without the context, or that without random numbers.
  public func callAsFunction(
    _ element: Input, _ rng: inout TaskStream, _ context: TaskContext
  ) throws -> Output {
    do {
      return try self(element, &rng)
    } catch is MissingForm {
      return try self(element, context)
    }
  }

  /// Calls the form that fits.
  @inline(__always)
  func call(
    _ element: Input, _ streams: TaskStreams.Source?, _ context: TaskContext
  ) throws -> Output {
    guard let streams else { return try self(element, context) }
    var rng = streams[context.index]
    return try self(element, &rng, context)
  }
}

/// A function has no form of its call that takes random numbers.
private struct MissingForm: Error {}
