// Part of Apus, Apache-2.0. See LICENSE.

/// Elements that come from elsewhere in their own time, such as lines that another program writes.
///
/// The thread that runs a map never waits for them.
package protocol WaitingInputs: Sequence, Sendable {
  /// Whether the next element is there, or there are no more.
  var hasNext: Bool { get }
  /// Names who is to be woken when that becomes true.
  func wakeWhenReady(_ wake: @escaping @Sendable () -> Void)
}
