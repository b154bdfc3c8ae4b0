// Part of Apus, Apache-2.0. See LICENSE.

/// The answer of a task whose result is one word and that wrote nothing: a record of a fixed size, so that it costs little.
struct WordAnswer: Equatable {
  /// The bytes of its record without the record's head.
  static let byteCount = 24

  let index: Int
  /// How long the task took, at most four seconds.
  let nanoseconds: UInt32
  /// The tag of the result in the binary format, whose eight bytes follow.
  let tag: UInt8
  let bits: UInt64
}
