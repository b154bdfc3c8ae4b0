// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// The threads of this process that run parallel loops, all of them shared.
///
/// See `README.md` here.
final class WorkerPool: Sendable {
  static let shared = WorkerPool()

  /// Looks at the epoch before an idle thread goes to sleep.
  private static let spins = 2000
  /// More threads than this help no loop.
  static let mostThreads = 1024

  private struct State {
    var threads = 0
    var loops: [Loop] = []
    var calls: [Waiting] = []
  }

  /// A call that no thread has taken yet.
  private struct Waiting {
    let call: PoolCall
    let run: @Sendable () -> Void
    let drop: @Sendable () -> Void
  }

  private let state = Mutex(State())
  /// Counts whatever an idle or waiting thread might want to know of.
  private let epoch = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let bell = Bell()

  /// Runs a loop to its end.
  ///
  /// The caller is one of the workers.
  func run(_ loop: Loop) {
    if loop.workers > 1 && loop.count > 1 {
      post(loop)
      loop.takePart()
      withdraw(loop)
    } else {
      loop.takePart()
    }
    loop.close()
    wait(for: loop)
    loop.dismantle()
  }

  /// Runs `run` on a pool thread; it may run loops, and up to `width` threads then take part.
  ///
  /// If the call is cancelled before a thread has taken it, `drop` runs instead. Exactly one of the
  /// two runs.
  func submit(
    width: Int, _ call: PoolCall, run: @escaping @Sendable () -> Void,
    drop: @escaping @Sendable () -> Void
  ) {
    if startThreads(upTo: width) == 0 {
      run()
      return
    }
    state.withLock { $0.calls.append(Waiting(call: call, run: run, drop: drop)) }
    announce()
    if call.cancellation.isSet { self.drop(call) }
  }

  /// Takes a cancelled call out of the queue, if it is still there.
  func drop(_ call: PoolCall) {
    let waiting = state.withLock { state in
      state.calls.firstIndex { $0.call === call }.map { state.calls.remove(at: $0) }
    }
    waiting?.drop()
  }

  /// Tells idle and waiting threads that something has changed.
  func announce() {
    epoch.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { bell.ring() }
  }
}

// MARK: - Loops

extension WorkerPool {
  private func post(_ loop: Loop) {
    startThreads(upTo: min(loop.workers, loop.count) - 1)
    state.withLock { $0.loops.append(loop) }
    announce()
  }

  private func withdraw(_ loop: Loop) {
    state.withLock { state in state.loops.removeAll { $0 === loop } }
  }

  /// Waits for the last worker of a closed loop, meanwhile helping loops within it.
  ///
  /// Only those: a foreign task could take longer than the wait. Nobody can wait for ever, because
  /// what is waited for are chunks that other threads are running, and those wait only for loops
  /// within their own tasks.
  private func wait(for loop: Loop) {
    while !loop.isEmpty {
      let seen = epoch.load(ordering: .sequentiallyConsistent)
      if let inner = findLoop(where: { $0.isDescendant(of: loop) }) {
        inner.takePart()
        continue
      }
      pause(since: seen) { loop.isEmpty }
    }
  }

  private func findLoop(where isWanted: (Loop) -> Bool) -> Loop? {
    state.withLock { state in state.loops.first { $0.isJoinable && isWanted($0) } }
  }
}

// MARK: - Threads

extension WorkerPool {
  /// Makes sure of `count` threads and returns how many there are; the system may refuse some.
  @discardableResult
  private func startThreads(upTo count: Int) -> Int {
    state.withLock { state in
      while state.threads < min(count, Self.mostThreads) {
        guard Thread.start({ self.serve() }) else { break }
        state.threads += 1
      }
      return state.threads
    }
  }

  /// The life of a pool thread: loops first, since somebody is at work on them, then calls.
  private func serve() {
    while true {
      let seen = epoch.load(ordering: .sequentiallyConsistent)
      if let loop = findLoop(where: \.hasPlaceForGuest) {
        loop.takePartAsGuest()
      } else if let call = takeCall() {
        call()
      } else {
        pause(since: seen) { false }
      }
    }
  }

  private func takeCall() -> (@Sendable () -> Void)? {
    state.withLock { $0.calls.isEmpty ? nil : $0.calls.removeFirst().run }
  }

  /// Returns once the epoch has moved on from `seen`, or `isOver`: after a short spin by sleeping.
  private func pause(since seen: Int, _ isOver: () -> Bool) {
    for _ in 0..<Self.spins {
      if epoch.load(ordering: .relaxed) != seen || isOver() { return }
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    bell.sleep { epoch.load(ordering: .sequentiallyConsistent) == seen && !isOver() }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }
}
