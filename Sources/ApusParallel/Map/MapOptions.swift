// Part of Apus, Apache-2.0. See LICENSE.

/// How a map runs: none of it changes a result.
///
/// Without a number of workers, a map within a task of another map has that one's; the outermost has
/// the process's budget.
@usableFromInline
struct MapOptions: Sendable {
  let workers: Int
  let chunk: Int?
  let progress: MapProgress?

  @usableFromInline
  init(workers: Int?, chunk: Int?, progress: MapProgress?) {
    precondition(workers ?? 1 >= 1, "A map needs at least 1 worker, not \(workers ?? 0).")
    precondition(chunk ?? 1 >= 1, "A chunk has at least 1 task, not \(chunk ?? 0).")
    let wanted = workers ?? Thread.currentLoop?.root.workers ?? ThreadBudget.current.count
    self.workers = min(wanted, WorkerPool.mostThreads)
    self.chunk = chunk
    self.progress = progress
  }
}
