// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The listener is retained for the thread that waits for signals, which releases it exactly once.

/// Handles the signals that ask for a stop (SIGINT, SIGTERM, SIGABRT, SIGHUP), those by which schedulers warn of one (SIGUSR1,
/// SIGUSR2) and SIGCHLD on a thread of their own.
package enum StopSignals {
  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGABRT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD] {
      sigaddset(&set, signal)
    }
    return set
  }

  /// Blocks these signals in this thread and in threads that it starts later, and ignores SIGPIPE.
  package static func block() {
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // The reader of the log may be gone, which is no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }

  private final class Listener: Sendable {
    let heard: @Sendable (Int32) -> Void
    init(_ heard: @escaping @Sendable (Int32) -> Void) { self.heard = heard }
  }

  /// Whether a signal reports the end of a child and does not ask for a stop.
  package static func isChildExit(_ signal: Int32) -> Bool { signal == SIGCHLD }

  /// Whether a signal warns of a stop that will come; what has nothing to prepare takes it for the stop.
  package static func isWarning(_ signal: Int32) -> Bool {
    signal == SIGUSR1 || signal == SIGUSR2
  }

  /// Calls a handler for each signal on a thread of its own, including signals that arrived while they were
  /// blocked.
  ///
  /// - Throws: ``ProcessError`` `.tooSmall` if the system refuses another thread.
  package static func listen(
    _ heard: @escaping @Sendable (Int32) -> Void
  ) throws(ProcessError) {
    let listener = Unmanaged.passRetained(Listener(heard)).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, StopSignals.wait, listener)
    guard status == 0 else {
      Unmanaged<Listener>.fromOpaque(listener).release()
      throw ProcessError(
        .tooSmall,
        "the system refuses another thread (\(String(cString: strerror(status)))): raise the limit "
          + "with ulimit -u, or that of the container")
    }
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
