// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A program started by this process, in a session of its own, with its output in a file.
package struct ChildProcess: Sendable, Hashable {
  package let pid: Int

  /// How a process ended.
  package enum End: Sendable, Hashable, CustomStringConvertible {
    case exited(Int)
    case killed(Int)

    package var description: String {
      switch self {
      case .exited(let status): "exited with status \(status)"
      case .killed(let signal): "was killed by signal \(signal) (\(ChildProcess.name(signal)))"
      }
    }
  }

  /// The flag for a session of its own, which the C library declares for its own dialect only.
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
  ///   - environment: all its variables.
  ///   - output: the file that gets standard output and error, at its end; only for its owner.
  ///   - report: a descriptor of this process that the program has as number 3.
  /// - Throws: a ``TransportError`` if the program or the file cannot be used.
  package static func start(
    _ words: [String], environment: [String: String], output: String, report: Int32? = nil
  ) throws(TransportError) -> ChildProcess {
    keepDescriptors()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    if let report { posix_spawn_file_actions_adddup2(&actions, report, 3) }
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
      throw TransportError(
        "start \(words[0])", number: status, reason: String(cString: strerror(status)))
    }
    return ChildProcess(pid: Int(pid))
  }

  /// Keeps all descriptors of this process but the usual three from its children.
  ///
  /// A program that lives on would hold what its starter has from its own starter, who may wait for its end.
  private static func keepDescriptors() {
    #if os(Linux)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
      let descriptors = names.compactMap { Int32($0) }
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

  /// The next child of this process that has ended, with how it did; nil if there is none.
  package static func nextEnded() -> (pid: Int, end: End)? {
    var status: Int32 = 0
    let pid = waitpid(-1, &status, WNOHANG)
    guard pid > 0 else { return nil }
    let signal = status & 0x7F
    return (Int(pid), signal == 0 ? .exited(Int(status >> 8) & 0xFF) : .killed(Int(signal)))
  }

  /// Sends a signal to a process; false if it is not there.
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

/// A pipe by which a child tells how its start went.
package final class ReportPipe: Sendable {
  package let writer: Int32
  private let reader: Int32

  package init() throws(TransportError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit { close(reader) }

  /// The variable that tells a child that its starter reads what it writes as number 3.
  package static let variable = "APUS_REPORT"

  /// Reads all that comes until the child, and everybody who has the other end, has closed it.
  ///
  /// - Returns: false if it did not end in time.
  package func readAll(within milliseconds: Int32, _ took: (String) -> Void) -> Bool {
    close(writer)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let deadline = ControllerClock.nanoseconds + Int(milliseconds) * 1_000_000
    while true {
      let left = (deadline - ControllerClock.nanoseconds) / 1_000_000
      var item = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&item, 1, Int32(clamping: left)) > 0 else { return false }
      let count = read(reader, &bytes, bytes.count)
      if count <= 0 { return true }
      took(String(decoding: bytes[..<count], as: UTF8.self))
    }
  }

  /// Keeps the end that the starter of this process reads from the children of this process.
  package static func keepToItself() { _ = fcntl(3, F_SETFD, FD_CLOEXEC) }

  /// Writes to the starter of this process, and closes its end if this is the last.
  package static func write(_ text: String, isLast: Bool) {
    var text = text
    _ = text.withUTF8 { writeBytes(3, $0.baseAddress, $0.count) }
    if isLast { close(3) }
  }

  private static func writeBytes(
    _ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int
  ) -> Int {
    guard let bytes else { return 0 }
    #if canImport(Glibc)
      return Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      return Musl.write(descriptor, bytes, count)
    #else
      return Darwin.write(descriptor, bytes, count)
    #endif
  }
}
