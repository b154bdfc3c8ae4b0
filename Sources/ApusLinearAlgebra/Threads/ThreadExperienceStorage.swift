// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// What calls of one precision have taken so far, by operation and size.
final class ThreadExperienceStorage: Sendable {
  private let known = Mutex<[Int: ThreadChoice]>([:])

  /// Runs a call with as many threads as its plan and experience say.
  ///
  /// Where both ways are open it costs two looks at the clock and two short locks, and two questions to the
  /// system until it is known what one thread takes: less than 2 µs. Of short calls, three of four cost one
  /// lock.
  /// - Parameters:
  ///   - shape: the call's dimensions.
  ///   - plan: what the policy says of it.
  ///   - body: makes the call, with as many threads as it is told, and says whether it had several.
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
    let key = (operation.number << 30 | shape.kind) << 6 | CallShape.bits(threads)
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
      // Threads that were refused because others are inside teach nothing.
      if wasThreaded != isThreaded {
        $0[key]?.refused(threaded: isThreaded)
      } else {
        $0[key]?.finished(
          threaded: wasThreaded, seconds: seconds, work: shape.work, isDisturbed: isDisturbed)
      }
    }
    return output
  }

  /// Asks a choice all at once, because it is looked up for every call.
  private static func begin(_ choice: inout ThreadChoice) -> Start {
    if choice.passes() {
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
