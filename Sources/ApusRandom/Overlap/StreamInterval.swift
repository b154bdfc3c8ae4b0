// Part of Apus, Apache-2.0. See LICENSE.

/// The words that one task used, as an interval of its generator's sequence.
///
/// Two tasks share a word if their intervals lie in the same sequence and overlap.
struct StreamInterval: Sendable {
  /// The identity of the sequence: a key, an increment or a seed.
  var sequence: Words4<UInt64>
  /// The starting position, high and low half: in blocks, words, or streams and uniforms.
  var start: (high: UInt128, low: UInt128)
  /// The length in the same unit, at least 1.
  var length: UInt128
  /// The indices of the map and the task.
  var map: Int32
  var task: Int32

  init(
    sequence: Words4<UInt64>, start: (high: UInt128, low: UInt128) = (0, 0), length: UInt128
  ) {
    self.sequence = sequence
    self.start = start
    self.length = length
    map = 0
    task = 0
  }

  static func precedes(_ a: StreamInterval, _ b: StreamInterval) -> Bool {
    let (x, y) = (a.sequence, b.sequence)
    if x.w0 != y.w0 { return x.w0 < y.w0 }
    if x.w1 != y.w1 { return x.w1 < y.w1 }
    if x.w2 != y.w2 { return x.w2 < y.w2 }
    return x.w3 != y.w3 ? x.w3 < y.w3 : a.start < b.start
  }

  /// The first position after the interval, and whether it exceeds the largest possible one.
  var end: (high: UInt128, low: UInt128, isBeyond: Bool) {
    let (low, overflow) = start.low.addingReportingOverflow(length)
    let (high, isBeyond) = start.high.addingReportingOverflow(overflow ? 1 : 0)
    return (high, low, isBeyond)
  }

  /// Whether `later`, which sorts after this interval, begins within it.
  func reaches(_ later: StreamInterval) -> Bool {
    guard sequence == later.sequence else { return false }
    let end = end
    return end.isBeyond || (end.high, end.low) > (later.start.high, later.start.low)
  }

  /// Whether this interval wraps around and reaches the `first` one of its sequence: positions are modulo
  /// 2²⁵⁶, or modulo 2¹²⁸ on the cycles of PCG64.
  func comesAround(to first: StreamInterval, isShort: Bool) -> Bool {
    let end = end
    let isAround = isShort ? end.high > start.high : end.isBeyond
    return isAround && (isShort ? (0, end.low) : (end.high, end.low)) > first.start
  }
}
