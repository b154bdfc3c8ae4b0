// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The strings of arguments and variables live until the process has been started, and are freed exactly once.

/// A child process in a session of its own, whose output goes to a file.
package struct ChildProcess: Sendable, Hashable {
  package let pid: Int

  /// How a process ended.
  package enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    case exited(Int)
    case killed(Int)

    package var description: String {
      switch self {
      case .exited(let status): "exited with status \(status)"
      case .killed(let signal): "was killed by signal \(signal) (\(ChildProcess.name(signal)))"
      }
    }
  }

  /// The flag for a new session, which C libraries declare only with GNU extensions.
  private static var newSession: Int16 {
    #if canImport(Darwin)
      Int16(POSIX_SPAWN_SETSID)
    #else
      0x80
    #endif
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: the program's path or name and its arguments.
  ///   - environment: its complete environment.
  ///   - output: the file to which standard output and error are appended; created for its owner only.
  ///   - errors: another file for standard error.
  ///   - input: a descriptor of this process that becomes the standard input; nil for none.
  ///   - report: a descriptor of this process that becomes descriptor 3 of the program.
  /// - Throws: ``ProcessError`` if the program or the file cannot be used.
  package static func start(
    _ words: [String], environment: [String: String], output: String, errors: String? = nil,
    input: Int32? = nil, report: Int32? = nil
  ) throws(ProcessError) -> ChildProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
    if let errors {
      posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    if let report { posix_spawn_file_actions_adddup2(&actions, report, 3) }
    return try spawn(words, environment: environment, &actions)
  }

  /// Starts a program whose standard input and output are descriptors of this process, and whose errors go nowhere.
  ///
  /// - Throws: ``ProcessError`` if the program cannot be used.
  package static func start(
    _ words: [String], environment: [String: String], input: Int32, output: Int32
  ) throws(ProcessError) -> ChildProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    return try spawn(words, environment: environment, &actions)
  }

  private static func spawn(
    _ words: [String], environment: [String: String], _ actions: inout posix_spawn_file_actions_t
  ) throws(ProcessError) -> ChildProcess {
    setCloseOnExec()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var pid: pid_t = 0
    let variables = environment.map { "\($0.key)=\($0.value)" }
    let status = withStrings(words) { arguments in
      withStrings(variables) { environment in
        posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environment)
      }
    }
    guard status == 0 else {
      throw ProcessError(
        .cannotStart, "cannot start \(words[0]): \(String(cString: strerror(status)))")
    }
    return ChildProcess(pid: Int(pid))
  }

  /// Marks all descriptors of this process but the standard three as close-on-exec.
  ///
  /// A long-lived child would otherwise hold open what this process inherited from its own parent, which may
  /// be waiting for the end of a pipe.
  private static func setCloseOnExec() {
    #if os(Linux)
      let descriptors = SystemFiles.names(in: "/proc/self/fd").compactMap { Int32($0) }
    #else
      let descriptors = Array(3..<getdtablesize())
    #endif
    for descriptor in descriptors where descriptor > 2 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  private static func withStrings<Output>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Output
  ) -> Output {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  /// Reaps the next child that has ended and returns how it ended; nil if there is none.
  package static func reapNext() -> (pid: Int, end: ExitStatus)? {
    var status: Int32 = 0
    let pid = waitpid(-1, &status, WNOHANG)
    guard pid > 0 else { return nil }
    let signal = status & 0x7F
    return (Int(pid), signal == 0 ? .exited(Int(status >> 8) & 0xFF) : .killed(Int(signal)))
  }

  /// Reaps this process if it has ended, and returns how it did; nil if it has not, or somebody else has reaped it.
  package func reap() -> ExitStatus? {
    var status: Int32 = 0
    let found = waitpid(pid_t(pid), &status, WNOHANG)
    if found < 0 && errno == ECHILD { return .exited(0) }
    guard found == pid_t(pid) else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? .exited(Int(status >> 8) & 0xFF) : .killed(Int(signal))
  }

  /// Kills this process and what it has started in its session.
  package func killGroup() { Self.killGroup(of: pid) }

  /// Asks a process that was started here, and what it has started in its session, to end.
  package static func terminateGroup(of pid: Int) { kill(-pid_t(pid), SIGTERM) }

  /// Kills a process that was started here, and what it has started in its session.
  package static func killGroup(of pid: Int) { kill(-pid_t(pid), SIGKILL) }

  /// Sends a signal to a process and returns whether it could be delivered.
  @discardableResult
  package static func send(_ signal: Signal, to pid: Int) -> Bool {
    kill(pid_t(pid), signal.rawValue) == 0
  }

  package enum Signal: Sendable {
    case terminate
    case kill
    case interrupt

    var rawValue: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .kill: SIGKILL
      case .interrupt: SIGINT
      }
    }
  }

  private static func name(_ signal: Int) -> String {
    strsignal(Int32(signal)).map { String(cString: $0) } ?? "unknown"
  }
}
