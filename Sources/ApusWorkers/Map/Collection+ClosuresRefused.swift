// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

// What somebody writes who takes a place for an option of any map: the compiler answers with what to write instead.

extension RandomAccessCollection where Self: Sendable, Element: Codable & Sendable {
  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelMap<Output>(
    on place: Place, _ transform: (Element) throws -> Output
  ) async throws -> [Output] { fatalError("not available") }

  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelMap<Output>(
    _ transform: (Element) throws -> Output, on place: Place
  ) async throws -> [Output] { fatalError("not available") }

  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelMap<Output>(
    on place: Place, streams: consuming Streams<TaskStream>,
    _ transform: (Element, inout TaskStream) throws -> Output
  ) async throws -> [Output] { fatalError("not available") }

  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelOutcomes<Output>(
    on place: Place, _ transform: (Element) throws -> Output
  ) async throws -> [Result<Output, RemoteFailure>] { fatalError("not available") }
}

extension Sequence where Self: Sendable, Element: Codable & Sendable {
  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelResults<Output>(
    on place: Place, _ transform: (Element) throws -> Output
  ) -> [Output] { fatalError("not available") }
}
