// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Hands out the numbers of chunks, each once and in order.
final class ChunkQueueStorage: Sendable {
  private let next = Atomic(0)
  private let count: Int

  init(count: Int) { self.count = count }

  /// The next chunk; nil if all were handed out.
  func take() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }
}
