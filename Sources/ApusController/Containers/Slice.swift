// Part of Apus, Apache-2.0. See LICENSE.

/// The amount of work that may be done before others get their turn.
///
/// It is counted in units of at most a few microseconds and not in time, so that the same events lead to the same
/// actions.
package struct Slice {
  /// The units of a whole slice.
  package static let size = 2048
  /// The bytes of text that are read or written per unit.
  private static let bytesPerUnit = 1024

  private var remaining = Slice.size

  package init() {}

  package var isUsedUp: Bool { remaining <= 0 }

  /// The units used so far.
  package var used: Int { Slice.size - remaining }

  /// Counts one step that handles so many bytes.
  package mutating func count(bytes: Int = 0) { remaining -= 1 + bytes / Self.bytesPerUnit }
}

extension Array {
  /// Handles the elements from an index on, until the slice is used up.
  ///
  /// - Returns: whether all have been handled.
  func forEach<Failure: Error>(
    from index: inout Int, _ slice: inout Slice,
    _ handle: (Element, inout Slice) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    while index < count {
      if slice.isUsedUp { return false }
      slice.count()
      try handle(self[index], &slice)
      index += 1
    }
    return true
  }
}
