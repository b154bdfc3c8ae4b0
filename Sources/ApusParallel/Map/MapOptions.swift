// Part of Apus, Apache-2.0. See LICENSE.

/// How a map runs: none of it changes a result.
@usableFromInline
struct MapOptions: Sendable {
  let workers: Int
  let chunk: Int?
  let progress: MapProgress?

  @usableFromInline
  init(workers: Int?, chunk: Int?, progress: MapProgress?) {
    precondition(workers ?? 1 >= 1, "A map needs at least 1 worker, not \(workers ?? 0).")
    precondition(chunk ?? 1 >= 1, "A chunk has at least 1 task, not \(chunk ?? 0).")
    self.workers = workers ?? ThreadBudget.current.count
    self.chunk = chunk
    self.progress = progress
  }
}
