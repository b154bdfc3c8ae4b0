// Part of Apus, Apache-2.0. See LICENSE.

/// What one thread is doing, as far as loops are concerned; only that thread uses it.
///
/// It holds its loop without counting references, which would cost more than a small loop; whoever sets it keeps it alive.
struct ThreadState {
  /// The loop whose task the thread is running, if any.
  var loop: Unmanaged<Loop>?
  /// The first index of the chunk that the thread is running.
  var chunkStart = 0
  /// The number of this thread among the loop's workers.
  var worker = 0
  /// The branches of ``join(_:_:)`` that the thread has offered to others and not yet taken back.
  var offeredBranches = 0
  /// What the loops that the thread has begun cost.
  var costs = LoopCosts()

  var currentLoop: Loop? { loop?.takeUnretainedValue() }
}

extension UnsafeMutablePointer<ThreadState> {
  /// Runs `body` with `loop` as the current one.
  func withLoop(_ loop: Loop, _ body: () -> Void) {
    let outer = (pointee.loop, pointee.chunkStart, pointee.worker)
    pointee.loop = .passUnretained(loop)
    body()
    (pointee.loop, pointee.chunkStart, pointee.worker) = outer
  }
}
