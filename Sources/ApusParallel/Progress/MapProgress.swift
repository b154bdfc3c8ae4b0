// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The progress of a map: pass one to the map and read it from another thread or task.
///
/// ```swift
/// let progress = MapProgress()
/// async let results = xs.parallelMap(progress: progress) { slow($0) }
/// print(progress.snapshot().done, "of", progress.snapshot().total)
/// ```
/// Reporting costs a few atomic operations per chunk. One instance can follow several maps in turn;
/// their tasks add up.
public final class MapProgress: Sendable {
  /// The largest number of workers that are counted individually.
  static let maximumWorkers = 64

  private struct Times {
    var start: Duration?
    var total = 0
    var perWorker: [Int] = []
  }

  private let done = Atomic<Int>(0)
  private let failed = Atomic<Int>(0)
  private let times = Mutex(Times())
  private let now: @Sendable () -> Duration

  /// Makes an instance that measures time with the system's continuous clock.
  public convenience init() { self.init(clock: ContinuousClock()) }

  /// Makes an instance that measures time with a given clock, for example in tests.
  ///
  /// - Parameter clock: read once per snapshot and at the start of each map.
  public init<C: Clock>(clock: C) where C.Duration == Duration {
    let origin = clock.now
    now = { origin.duration(to: clock.now) }
  }

  /// The state at this moment.
  public func snapshot() -> Snapshot {
    let times = times.withLock { $0 }
    let elapsed = times.start.map { now() - $0 } ?? .zero
    return Snapshot(
      done: max(0, done.load(ordering: .relaxed)), failed: failed.load(ordering: .relaxed),
      total: times.total, elapsed: elapsed, perWorker: times.perWorker)
  }

  /// Notes that a map with `count` more tasks begins.
  @usableFromInline
  package func begin(_ count: Int) {
    let now = now()
    times.withLock { times in
      times.start = times.start ?? now
      times.total += count
    }
  }

  /// Notes that a task which counts as done, or will soon, has failed and returned its failure as a value.
  package func countAsFailed() {
    done.wrappingSubtract(1, ordering: .relaxed)
    failed.wrappingAdd(1, ordering: .relaxed)
  }

  /// Notes that a worker has finished some tasks.
  @usableFromInline
  package func record(done: Int, failed: Int, worker: Int) {
    self.done.wrappingAdd(done, ordering: .relaxed)
    if failed > 0 { self.failed.wrappingAdd(failed, ordering: .relaxed) }
    let slot = min(worker, Self.maximumWorkers - 1)
    times.withLock { times in
      while times.perWorker.count <= slot { times.perWorker.append(0) }
      times.perWorker[slot] += done
    }
  }
}

extension MapProgress {
  /// The counts and times of a map at one moment.
  public struct Snapshot: Sendable, Hashable {
    /// Tasks that have returned a value.
    public var done: Int
    /// Tasks that have thrown.
    public var failed: Int
    /// All tasks; 0 before the map has begun, and for lazy inputs of unknown length.
    public var total: Int
    /// Time since the first map began.
    public var elapsed: Duration
    /// Tasks done by each worker of the map.
    public var perWorker: [Int]

    /// Makes a snapshot.
    public init(done: Int, failed: Int, total: Int, elapsed: Duration, perWorker: [Int] = []) {
      self.done = done
      self.failed = failed
      self.total = total
      self.elapsed = elapsed
      self.perWorker = perWorker
    }

    /// Tasks per second; 0 if no time has passed.
    public var rate: Double {
      let seconds = elapsed / .seconds(1)
      return seconds > 0 ? Double(done + failed) / seconds : 0
    }

    /// Estimated time left at the current rate; nil before a task is done or without a total.
    public var remaining: Duration? {
      guard rate > 0, total > 0 else { return nil }
      return .seconds(Double(max(0, total - done - failed)) / rate)
    }

    /// The share of tasks that are finished, from 0 to 1.
    public var fraction: Double {
      total > 0 ? min(1, Double(done + failed) / Double(total)) : 0
    }
  }
}
