// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Which stream each task of a map gets: that of its element's index.
///
/// The index is the one that the caller names; else the element's own, if the collection counts its elements by integers (so
/// that a slice of an array, or a part of a range, gets the streams that it has in the whole), or is an integer of a closed
/// range; else its position.
@usableFromInline
package struct TaskIndices: Sendable {
  /// The index of the first element.
  package let first: Int
  /// All indices, if the caller names them.
  package let listed: [Int]?
  private let count: Int

  /// - Precondition: the named indices are not negative, different, and as many as the elements.
  @usableFromInline
  package init<Elements: Collection>(_ elements: Elements, _ listed: [Int]?) {
    count = elements.count
    self.listed = listed
    first =
      (elements as? ClosedRange<Int>)?.lowerBound ?? (elements.startIndex as? Int) ?? 0
    if let listed {
      require(
        listed.count == count, "\(listed.count) indices were named for \(count) elements.")
      require(listed.allSatisfy { $0 >= 0 }, "An index of a stream is negative.")
      require(
        Set(listed).count == count,
        "An index is named twice: two tasks would have the same random numbers.")
    } else {
      require(
        first >= 0 || count == 0,
        "Streams have indices from 0 on, but the collection begins at \(first): name others with `indices:`."
      )
    }
  }

  /// The index of the element at a position.
  @usableFromInline
  subscript(position: Int) -> Int { listed.map { $0[position] } ?? (first + position) }

  /// One more than the largest index, for a record.
  @usableFromInline
  var end: Int {
    let end = count == 0 ? 0 : listed.map { ($0.max() ?? -1) + 1 } ?? (first + count)
    require(
      end <= 1 << 28,
      "A record has room for the tasks below 268435456, but there is one with index \(end - 1).")
    return end
  }
}
