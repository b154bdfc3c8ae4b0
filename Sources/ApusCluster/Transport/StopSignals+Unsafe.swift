// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// SIGINT, SIGTERM, SIGABRT and SIGHUP as wishes to stop, and the ends of children, heard by a thread that waits for
/// nothing else.
package enum StopSignals {
  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGABRT, SIGHUP, SIGCHLD] { sigaddset(&set, signal) }
    return set
  }

  /// Holds them back in this thread and in those that it starts from here on, and ignores pipes that nobody reads.
  package static func hold() {
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // Nobody may read the log any more; that is no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }

  private final class Listener: Sendable {
    let heard: @Sendable (Int32) -> Void
    init(_ heard: @escaping @Sendable (Int32) -> Void) { self.heard = heard }
  }

  /// Whether a signal tells of the end of a child, and is no wish to stop.
  package static func isOfChild(_ signal: Int32) -> Bool { signal == SIGCHLD }

  /// Tells of each of them, on a thread of its own, also of those that came while they were held.
  package static func listen(_ heard: @escaping @Sendable (Int32) -> Void) {
    let listener = Unmanaged.passRetained(Listener(heard)).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, StopSignals.wait, listener)
    precondition(status == 0, "cannot start the thread that hears signals")
  }

  #if canImport(Darwin)
    private static let wait: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? =
      {
        loop($0)
      }
  #else
    private static let wait: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
      { $0.flatMap { loop($0) } }
  #endif

  private static func loop(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let listener = Unmanaged<Listener>.fromOpaque(pointer).takeRetainedValue()
    var set = signals
    while true {
      var signal: Int32 = 0
      if sigwait(&set, &signal) == 0 { listener.heard(signal) }
    }
  }
}

/// The number of files and connections that this process may have open.
package enum OpenFiles {
  /// Raises it to the most that the system allows and returns it.
  @discardableResult
  package static func raise() -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard getrlimit(resource, &limit) == 0 else { return 0 }
    let most = min(limit.rlim_max, 1 << 20)
    if limit.rlim_cur < most {
      limit.rlim_cur = most
      setrlimit(resource, &limit)
    }
    return Int(limit.rlim_cur)
  }
}
