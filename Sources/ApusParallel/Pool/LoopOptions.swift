// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The options of a parallel loop, none of which changes a result.
///
/// If no number of workers is given, a nested map inherits that of the map around it, and an outermost
/// map uses the process's budget.
@usableFromInline
struct LoopOptions: Sendable {
  let workers: Int
  let chunk: Int?
  @usableFromInline let progress: MapProgress?

  @usableFromInline
  init(workers: Int?, chunk: Int?, progress: MapProgress?) {
    require(workers ?? 1 >= 1, "A map needs at least 1 worker, not \(workers ?? 0).")
    require(chunk ?? 1 >= 1, "A chunk needs at least 1 task, not \(chunk ?? 0).")
    let wanted = workers ?? Thread.currentLoop?.root.workers ?? ThreadBudget.current.count
    self.workers = min(wanted, ThreadBudget.maximum)
    self.chunk = chunk
    self.progress = progress
  }
}
