// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The operating system's threads, as far as the pool needs them.
enum Thread {
  /// The stack size of a pool thread: that of a main thread, since user code runs on it.
  static let stackByteCount = 8 << 20

  /// Starts a thread that runs for the rest of the process, or returns false if the system refuses.
  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    let body = Unmanaged.passRetained(ThreadBody(run))
    let isStarted = startThread(body.toOpaque())
    if !isStarted { body.release() }
    return isStarted
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { freeThreadState($0) }
    return key
  }()

  /// What this thread is doing.
  static var state: UnsafeMutablePointer<ThreadState> {
    if let known = pthread_getspecific(key) {
      return known.assumingMemoryBound(to: ThreadState.self)
    }
    return makeState()
  }

  @inline(never)
  private static func makeState() -> UnsafeMutablePointer<ThreadState> {
    let state = UnsafeMutablePointer<ThreadState>.allocate(capacity: 1)
    state.initialize(to: ThreadState())
    pthread_setspecific(key, state)
    return state
  }

  /// The loop whose task this thread is running, if any.
  static var currentLoop: Loop? { state.pointee.currentLoop }

  /// Yields this core to another thread.
  static func yield() { sched_yield() }
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func freeThreadState(_ state: UnsafeMutableRawPointer?) {
  guard let state = state?.assumingMemoryBound(to: ThreadState.self) else { return }
  state.deinitialize(count: 1)
  state.deallocate()
}

private func startThread(_ context: UnsafeMutableRawPointer) -> Bool {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, Thread.stackByteCount)
  #if canImport(Darwin)
    var thread: pthread_t?
    return pthread_create(&thread, &attributes, { runThread($0) }, context) == 0
  #else
    var thread = pthread_t()
    return pthread_create(&thread, &attributes, { runThread($0!) }, context) == 0
  #endif
}

private func runThread(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

extension ThreadBudget {
  /// The number of this thread among those that run the innermost map's tasks, from 0.
  package static var currentWorker: Int { Thread.state.pointee.worker }

  /// Yields this core to another thread, for loops that poll what another thread holds.
  package static func yield() { Thread.yield() }
}
