// Part of Apus, Apache-2.0. See LICENSE.

/// Runs work that waits nearly all the time on a thread of its own, which is no worker of any map.
///
/// - Parameter work: runs once; on the calling thread if the system starts no other.
/// - Throws: what `work` throws.
package func onOwnThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    let run: @Sendable () -> Void = { continuation.resume(with: Result { try work() }) }
    if !Thread.start(run) { run() }
  }
}
