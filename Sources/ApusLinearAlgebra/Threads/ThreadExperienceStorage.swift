// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// What calls of one precision have taken so far, by operation and size.
final class ThreadExperienceStorage: Sendable {
  private let known = Mutex<[Int: ThreadChoice]>([:])

  /// Runs a call for which several threads are worth a thought, with these or with one.
  ///
  /// It costs two looks at the clock and two short locks, and two questions to the system until it is known
  /// what one thread takes: less than 2 µs.
  /// - Parameters:
  ///   - shape: the call's dimensions.
  ///   - threads: how many threads are several.
  ///   - isThreadedAtFirst: what to begin with.
  ///   - body: makes the call, with several threads if it is told so, and says whether it did.
  func run<Output>(
    _ operation: ThreadPolicy.Operation, _ shape: CallShape, threads: Int, isThreadedAtFirst: Bool,
    _ body: (_ threaded: Bool) -> (output: Output, threaded: Bool)
  ) -> Output {
    let key = (operation.number << 30 | shape.kind) << 6 | CallShape.bits(threads)
    let (isThreaded, looks) = known.withLock {
      Self.begin(
        &$0[key, default: ThreadChoice(isThreaded: isThreadedAtFirst, threads: threads)])
    }
    let timer = CallTimer(looksForDisturbances: looks)
    let (output, wasThreaded) = body(isThreaded)
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

  /// Looks a choice up once, because it is done for every call.
  private static func begin(_ choice: inout ThreadChoice) -> (isThreaded: Bool, looks: Bool) {
    let looks = choice.looksForDisturbances
    return (choice.begins(), looks)
  }
}
