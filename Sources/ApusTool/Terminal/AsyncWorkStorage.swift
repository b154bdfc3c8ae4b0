// Part of Apus, Apache-2.0. See LICENSE.
import Dispatch
import Synchronization

/// Asynchronous work of a command.
enum AsyncWork {
  /// Runs it to its end and waits; the calling thread does nothing else meanwhile.
  static func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let result = ResultStorage<Value>()
    Task.detached {
      do {
        result.set(.success(try await work()))
      } catch {
        result.set(.failure(error))
      }
    }
    return try result.wait().get()
  }
}

private final class ResultStorage<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ value: Result<Value, any Error>) {
    result.withLock { $0 = value }
    isSet.signal()
  }

  func wait() -> Result<Value, any Error> {
    isSet.wait()
    return result.withLock { result in
      guard let result else { fatalError("The work has no result.") }
      return result
    }
  }
}
