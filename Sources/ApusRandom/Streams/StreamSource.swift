// Part of Apus, Apache-2.0. See LICENSE.

/// Consumed ``Streams``, from which a map or a loop of your own takes the generators of its tasks.
///
/// Unlike ``Streams`` it can be copied, so the compiler no longer prevents using the same streams twice.
public struct StreamSource<Generator: BitGenerator>: Sendable {
  /// Where the streams come from.
  public let origin: StreamOrigin
  private let make: @Sendable (Int) -> Generator

  init(origin: StreamOrigin, make: @escaping @Sendable (Int) -> Generator) {
    self.origin = origin
    self.make = make
  }

  /// The generator of one task, in its initial state.
  ///
  /// - Parameter task: the index, at least 0.
  /// - Complexity: O(1) for Philox; O(624) for MT19937; O(log `task`) for R's streams.
  public subscript(task: Int) -> Generator {
    require(task >= 0, "Tasks are numbered from 0; there is no stream for task \(task).")
    return make(task)
  }
}
