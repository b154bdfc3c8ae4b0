// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: Parts of messages are handed on within the closure that lends their bytes.

/// A worker's side of the connection to its pool.
struct WorkerLink {
  private let memory: SharedMemory
  private var down: RingReader
  private var up: RingWriter
  private let poolAsleep: SharedWord
  private let current: SharedWord
  private let began: SharedWord
  private let cancelled: SharedWord
  private let consumed: SharedWord
  private var message: [UInt8] = []
  /// Messages for which the pool has not been woken.
  private var unrung = 0
  /// Whether tasks are so short that the next one is worth spinning for.
  var isQuick = true

  init(_ memory: SharedMemory, worker: Int) {
    self.memory = memory
    let base = memory.base
    down = RingReader(base + RingLayout.down(to: worker))
    up = RingWriter(base + RingLayout.up(from: worker))
    poolAsleep = SharedWord(base, at: 0)
    let control = RingLayout.control(of: worker)
    current = SharedWord(base, at: control + RingLayout.currentTask)
    began = SharedWord(base, at: control + RingLayout.began)
    cancelled = SharedWord(base, at: control + RingLayout.cancelled)
    consumed = SharedWord(base, at: control + RingLayout.consumed)
  }

  /// The word that says which task should end.
  var cancellation: @Sendable () -> UInt64 {
    let (word, memory) = (cancelled, memory)
    return { withExtendedLifetime(memory) { word.load() } }
  }

  /// Notes which task is in work and since when, where the pool can see it when the worker is gone.
  func note(current index: Int, at nanoseconds: Int) {
    began.release(UInt64(nanoseconds))
    current.release(UInt64(index + 1))
  }

  /// How many answers with arrays in shared memory the pool has read.
  var consumedCount: UInt64 { consumed.acquire() }

  /// Notes that no task is in work.
  func noteIdle() { current.release(0) }

  /// Waits for the next message.
  mutating func receive() throws -> [UInt8] {
    message.removeAll(keepingCapacity: true)
    while true {
      while let isComplete = try down.read(to: &message) {
        if down.shouldWakeWriter() { apus_ring(Int32(APUS_WORKER_POOL_BELL)) }
        if isComplete { return message }
      }
      if isQuick, Spin.until({ down.hasMore() }) { continue }
      if down.beginSleep() { waitForBell() }
    }
  }

  /// Whether the pool has sent something else already.
  mutating func hasMore() -> Bool { down.hasMore() }

  /// Sends a message, part by part if it is long; returns whether there was no room at first.
  ///
  /// - Parameter isLast: whether no other message will follow soon.
  @discardableResult
  mutating func send(_ message: ByteWriter, isLast: Bool = true) -> Bool {
    var hasWaited = false
    message.withBytes { all in
      var start = 0
      repeat {
        let end = min(all.count, start + RingLayout.longestPart)
        let part = UnsafeRawBufferPointer(rebasing: all[start..<end])
        while !up.write(part, isLast: end == all.count) {
          hasWaited = true
          wake(isLast: true)
          if up.beginWaitForRoom(part.count) { waitForBell() }
        }
        start = end
      } while start < all.count
    }
    wake(isLast: isLast)
    return hasWaited
  }

  /// Sends an answer of one word; returns whether there was no room at first.
  mutating func send(_ answer: WordAnswer, isLast: Bool) -> Bool {
    var hasWaited = false
    while !up.write(answer) {
      hasWaited = true
      wake(isLast: true)
      if up.beginWaitForRoom(WordAnswer.byteCount) { waitForBell() }
    }
    wake(isLast: isLast)
    return hasWaited
  }

  /// Messages that may wait while the pool sleeps lightly.
  private static let mostUnrung = 32

  /// Whether the last task took so little time that the pool is more likely to be awake than not.
  var isVeryQuick = false

  /// Wakes the pool if it sleeps; if it sleeps lightly, only when nothing is left to do.
  ///
  /// Among very short tasks only the last message has a fence, which would cost as much as the tasks. If the pool falls asleep in
  /// the same few nanoseconds, it is woken by the next message, or wakes by itself, at the latest after a tenth of a second.
  private mutating func wake(isLast: Bool) {
    if isLast || !isVeryQuick { fence() }
    let sleep = poolAsleep.load()
    if sleep == PoolSleep.awake.rawValue {
      unrung = 0
      return
    }
    unrung += 1
    if sleep == PoolSleep.lightly.rawValue, !isLast, unrung < Self.mostUnrung { return }
    unrung = 0
    if poolAsleep.take() { apus_ring(Int32(APUS_WORKER_POOL_BELL)) }
  }

  private func waitForBell() {
    withUnsafePointer(to: Int32(APUS_WORKER_BELL)) { _ = apus_wait($0, 1, -1) }
    apus_silence(Int32(APUS_WORKER_BELL))
  }
}

/// A short wait without sleeping.
enum Spin {
  static let nanoseconds = 20_000
  /// Waiting for the end of a task that takes longer, in nanoseconds, is worth no spinning.
  static let quickTask = 100_000

  /// Looks again and again, and gives way to others now and then, since they may be on the same core.
  static func until(_ isTrue: () -> Bool) -> Bool {
    let end = System.now + nanoseconds
    while true {
      for _ in 0..<32 {
        if isTrue() { return true }
        apus_pause()
      }
      System.yield()
      if System.now > end { return isTrue() }
    }
  }
}
