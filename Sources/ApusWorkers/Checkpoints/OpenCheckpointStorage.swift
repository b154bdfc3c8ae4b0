// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The checkpoint of a map, or why it cannot be used; closed when the map ends and nobody uses it any more.
final class OpenCheckpointStorage: Sendable {
  private let opened: Mutex<Result<CheckpointFile?, any Error>>

  init(_ opened: Result<CheckpointFile?, any Error>) { self.opened = Mutex(opened) }

  /// The file; nil if the map has none.
  ///
  /// - Throws: why it cannot be used.
  func file() throws -> CheckpointFile? { try opened.withLock { try $0.get() } }

  func close() { opened.withLock { $0 = .success(nil) } }
}
