// Part of Apus, Apache-2.0. See LICENSE.

/// Ends the program with a sentence unless a condition holds.
///
/// Swift's `precondition` leaves its sentence out of release builds, where users meet it.
///
/// - Parameter sentence: what was wrong, with the value; it goes to the standard error.
@inlinable
@inline(__always)
package func require(
  _ condition: Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition { fatalError(sentence(), file: file, line: line) }
}
