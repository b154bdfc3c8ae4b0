// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

/// An engine that begins nothing more gives back what it has, so that it costs no task an attempt.
extension EngineService {
  /// Gives back what has not begun, and ends the service when nothing runs.
  func retire() {
    for entry in queue.takeWaiting() { handBack(entry) }
    guard let pool = currentPool else { return stop(.retired) }
    for id in queue.runningOfMaps { pool.withdraw(id) }
    pool.close()
  }

  /// Waits a moment for the signal that this process, too, may have been sent.
  package func isTerminated() -> Bool {
    let deadline = clock.now + .milliseconds(100)
    while end == nil && clock.now < deadline { turn(milliseconds: 10) }
    return end != nil
  }

  /// Gives back the waiting batches of a map whose tasks are said to last longer than the allocation.
  func handBackLate(_ map: String) {
    let expected = queue[map]?.offer.expected.map { Duration.nanoseconds($0) }
    guard !retirement.mayBegin(lasting: expected, now: clock.now) else { return }
    for entry in queue.takeWaiting(of: map) { handBack(entry) }
  }

  /// Gives everything back, with the results that are there, because the engine ends now.
  func handBackAll() {
    for entry in queue.takeWaiting() { handBack(entry) }
    for id in Array(queue.running.keys) {
      let answers = currentPool?.takeAnswers(of: id)
      if let entry = queue.finish(id) { handBack(entry, answers) }
    }
  }

  /// - Parameter answers: those of the tasks that have ended.
  private func handBack(_ entry: MapQueue.Entry, _ answers: [UInt8]? = nil) {
    answer(entry, queue.handBack(entry, answers ?? []))
  }
}
