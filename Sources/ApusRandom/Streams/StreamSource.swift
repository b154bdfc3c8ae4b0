// Part of Apus, Apache-2.0. See LICENSE.

/// What a map, or a loop of your own, holds after it has consumed ``Streams``.
///
/// Copyable, so take it only inside of a map.
public struct StreamSource<Generator: BitGenerator>: Sendable {
  /// Where the streams come from.
  public let origin: StreamOrigin
  private let make: @Sendable (Int) -> Generator

  init(origin: StreamOrigin, make: @escaping @Sendable (Int) -> Generator) {
    self.origin = origin
    self.make = make
  }

  /// The generator of one task, at its start.
  ///
  /// - Parameter task: the index, at least 0.
  /// - Complexity: O(1) for Philox; O(624) for MT19937; O(log `task`) for R's streams.
  public subscript(task: Int) -> Generator {
    precondition(task >= 0, "Tasks are numbered from 0; there is no stream of task \(task).")
    return make(task)
  }
}
