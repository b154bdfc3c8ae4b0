// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// What calls of one precision have taken so far, by operation and size.
final class ThreadExperienceStorage: Sendable {
  private struct Key: Hashable {
    let operation: ThreadPolicy.Operation
    let shape: CallShape.Kind
  }

  private let known = Mutex<[Key: BackOff]>([:])

  /// Runs a call that is worth several threads, with these or with one.
  ///
  /// It costs two looks at the clock and two short locks, and two questions to the system until it is known
  /// what one thread takes: less than 2 µs.
  /// - Parameters:
  ///   - shape: the call's dimensions.
  ///   - body: makes the call, with several threads if it is told so, and says whether it did.
  func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape,
    _ body: (_ threaded: Bool) -> (output: Output, threaded: Bool)
  ) -> Output {
    let key = Key(operation: operation, shape: shape.kind)
    let (isThreaded, looks) = known.withLock { known in
      var backOff = known[key] ?? BackOff()
      let isThreaded = backOff.wantsThreads(at: CallTimer.clock)
      known[key] = backOff
      return (isThreaded, backOff.looksForDisturbances)
    }
    let timer = CallTimer(looksForDisturbances: looks)
    let (output, wasThreaded) = body(isThreaded)
    let (seconds, isDisturbed) = (timer.seconds, timer.isDisturbed)
    // Threads that were refused because others are inside teach nothing.
    if wasThreaded == isThreaded {
      known.withLock {
        $0[key, default: BackOff()].finished(
          threaded: wasThreaded, seconds: seconds, work: shape.work, isDisturbed: isDisturbed,
          at: CallTimer.clock)
      }
    }
    return output
  }
}
