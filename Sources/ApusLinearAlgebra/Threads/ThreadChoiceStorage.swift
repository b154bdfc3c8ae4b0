// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The choices of threads learned from past calls of one precision, by operation and size.
final class ThreadChoiceStorage: Sendable {
  private let known = Mutex<[Int: ThreadChoice]>([:])

  /// Runs a call with the number of threads that its plan and past calls give.
  ///
  /// If the plan is open, this costs two readings of the clock and two short locks, and two system calls
  /// until one thread has been tried: less than 2 µs. Of short calls, three in four cost one lock.
  /// - Parameters:
  ///   - shape: the call's dimensions.
  ///   - plan: what the policy says about it.
  ///   - body: makes the call with the given number of threads, and returns whether it had several.
  @inline(__always)
  func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape, plan: ThreadPolicy.Plan,
    _ body: (_ threads: Int) -> (output: Output, threaded: Bool)
  ) -> Output {
    switch plan {
    case .certain(let threads): body(threads).output
    case .open(let threads, let isThreadedAtFirst):
      run(operation, shape, threads: threads, isThreadedAtFirst: isThreadedAtFirst, body)
    }
  }

  private func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape, threads: Int, isThreadedAtFirst: Bool,
    _ body: (_ threads: Int) -> (output: Output, threaded: Bool)
  ) -> Output {
    let key = (operation.number << 30 | shape.bucket) << 6 | CallShape.bits(threads)
    let start = known.withLock {
      Self.begin(
        &$0[key, default: ThreadChoice(isThreaded: isThreadedAtFirst, threads: threads)])
    }
    let isThreaded = start.isThreaded
    let count = isThreaded ? threads : 1
    guard start.isTimed else { return body(count).output }
    let timer = CallTimer(looksForDisturbances: start.looksForDisturbances)
    let (output, wasThreaded) = body(count)
    let (seconds, isDisturbed) = (timer.seconds, timer.isDisturbed)
    known.withLock {
      // A call that was refused threads because of concurrent calls teaches nothing.
      if wasThreaded != isThreaded {
        $0[key]?.refused(threaded: isThreaded)
      } else {
        $0[key]?.finished(
          threaded: wasThreaded, seconds: seconds, work: shape.work, isDisturbed: isDisturbed)
      }
    }
    return output
  }

  /// Asks a choice everything in one look-up, because this happens at every call.
  private static func begin(_ choice: inout ThreadChoice) -> Start {
    if choice.skipsTiming() {
      return Start(isThreaded: choice.isThreaded, isTimed: false, looksForDisturbances: false)
    }
    let looks = choice.looksForDisturbances
    return Start(isThreaded: choice.begins(), isTimed: true, looksForDisturbances: looks)
  }

  /// How a call begins.
  private struct Start {
    let isThreaded: Bool
    let isTimed: Bool
    let looksForDisturbances: Bool
  }
}
