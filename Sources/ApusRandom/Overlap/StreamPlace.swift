// Part of Apus, Apache-2.0. See LICENSE.

/// The words that one task used, as an interval of a sequence of some generator.
///
/// Two tasks share a word if they are in the same sequence and their intervals meet.
struct StreamPlace: Sendable {
  /// What names the sequence: a key, an increment, a seed.
  var sequence: SIMD4<UInt64>
  /// Where in it the task began, high and low half: in blocks, words, or streams and uniforms.
  var start: (high: UInt128, low: UInt128)
  /// How many of those it used, at least 1.
  var length: UInt128
  /// The map and the task.
  var map: Int32
  var task: Int32

  init(
    sequence: SIMD4<UInt64>, start: (high: UInt128, low: UInt128) = (0, 0), length: UInt128
  ) {
    self.sequence = sequence
    self.start = start
    self.length = length
    map = 0
    task = 0
  }

  static func precedes(_ a: StreamPlace, _ b: StreamPlace) -> Bool {
    for i in 0..<4 where a.sequence[i] != b.sequence[i] { return a.sequence[i] < b.sequence[i] }
    return a.start < b.start
  }

  /// Whether `later`, which begins no earlier in the same sequence, begins within this one.
  func reaches(_ later: StreamPlace) -> Bool {
    guard sequence == later.sequence else { return false }
    let (end, overflow) = start.low.addingReportingOverflow(length)
    let high = overflow ? start.high &+ 1 : start.high
    return (high, end) > (later.start.high, later.start.low)
  }
}
