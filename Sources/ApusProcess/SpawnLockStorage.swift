// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Keeps a child that is started from getting the pipe that another thread has just made for its own.
enum SpawnLock {
  private static let lock = Mutex<Void>(())

  static func held<Output, Failure: Error>(
    _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    try lock.withLock { _ throws(Failure) in try body() }
  }
}
