// Part of Apus, Apache-2.0. See LICENSE.

/// The signatures of the latest messages that were accepted, by which repeated ones are refused.
package struct ReplayHistory: Sendable {
  /// The number of signatures kept, as in IPython Parallel.
  package static let longest = 65_536

  private var known: Set<[UInt8]> = []
  private var order: [[UInt8]] = []
  private var oldest = 0

  package init() {}

  /// Records a signature and returns whether it is new.
  ///
  /// When the history is full, the oldest signature is forgotten.
  package mutating func insert(_ signature: [UInt8]) -> Bool {
    guard known.insert(signature).inserted else { return false }
    if order.count < Self.longest {
      order.append(signature)
    } else {
      known.remove(order[oldest])
      order[oldest] = signature
      oldest = (oldest + 1) % Self.longest
    }
    return true
  }
}
