// Part of Apus, Apache-2.0. See LICENSE.

/// The signatures of messages that were accepted, so that none is accepted twice.
package struct ReplayHistory: Sendable {
  /// How many are kept, as by IPython Parallel.
  package static let longest = 65_536

  private var known: Set<[UInt8]> = []
  private var order: [[UInt8]] = []
  private var oldest = 0

  package init() {}

  /// Remembers a signature; false if it was there already.
  ///
  /// The oldest is forgotten.
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
