// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Each end is closed once, the writer by ``closeInput()`` or deinit, the reader by deinit; buffers live as long as a call. The
// caller must read, write and close on one thread; any thread may kill it.

/// A child process whose standard input and output are pipes of this process; what it writes to standard error goes nowhere.
package final class PipedProcess {
  package let child: ChildProcess
  private var writer: Int32
  private let reader: Int32

  /// - Throws: ``ProcessError`` if it cannot be started.
  package init(_ words: [String], environment: [String: String]) throws(ProcessError) {
    let started = try SpawnLock.held { () throws(ProcessError) in
      try Self.start(words, environment)
    }
    (child, writer, reader) = started
  }

  private static func start(
    _ words: [String], _ environment: [String: String]
  ) throws(ProcessError) -> (ChildProcess, writer: Int32, reader: Int32) {
    var (input, output): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard pipe(&input) == 0 else { throw failure() }
    guard pipe(&output) == 0 else {
      for end in input { close(end) }
      throw failure()
    }
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A process that it has started may hold its input, and read none of it.
    _ = fcntl(input[1], F_SETFL, O_NONBLOCK)
    defer {
      close(input[0])
      close(output[1])
    }
    do throws(ProcessError) {
      let child = try ChildProcess.start(
        words, environment: environment, input: input[0], output: output[1])
      return (child, input[1], output[0])
    } catch {
      close(input[1])
      close(output[0])
      throw error
    }
  }

  deinit {
    closeInput()
    close(reader)
  }

  private static func failure() -> ProcessError {
    ProcessError(.noDescriptor, "cannot make a pipe: \(String(cString: strerror(errno)))")
  }

  /// Ends its input, at which it should end.
  package func closeInput() {
    if writer >= 0 { close(writer) }
    writer = -1
  }

  /// Writes all bytes, and waits until they are taken.
  ///
  /// - Returns: false if the process has ended.
  package func write(_ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        writeSome(writer, buffer.baseAddress! + done, bytes.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        guard canWrite() else { return false }
        continue
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Whether its input takes more, or will not because it has ended.
  private func canWrite() -> Bool {
    while true {
      var item = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
      if poll(&item, 1, 200) > 0 { return true }
      if hasEnded() { return false }
    }
  }

  /// Waits for so many bytes.
  ///
  /// - Returns: nil if the process has ended before.
  package func read(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    // It may promise more than it ever writes.
    while bytes.count < count {
      guard canRead() else { return nil }
      let wanted = min(count - bytes.count, max(1 << 16, bytes.count))
      let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, length in
        length = max(0, readSome(reader, buffer.baseAddress, wanted))
      }
      if piece.isEmpty { return nil }
      bytes += piece
    }
    return bytes
  }

  /// Whether it has ended, or ends in this time; it is not reaped.
  package func hasEnded(milliseconds limit: Int = 0) -> Bool {
    for passed in 0...max(0, limit / 2) {
      var information = siginfo_t()
      let found = waitid(P_PID, id_t(child.pid), &information, WEXITED | WNOHANG | WNOWAIT)
      if found != 0 || information.si_signo != 0 { return true }
      if passed < limit / 2 { poll(nil, 0, 2) }
    }
    return false
  }

  /// Whether there is something to read, or will not be because it has ended.
  ///
  /// A process that it has started may hold its output open.
  private func canRead() -> Bool {
    while true {
      var item = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      let found = poll(&item, 1, 200)
      if found > 0 { return true }
      if found == 0, hasEnded(), poll(&item, 1, 0) == 0 { return false }
    }
  }

  /// Waits until it has ended.
  ///
  /// - Returns: nil if it has not ended in this time.
  package func wait(milliseconds limit: Int) -> ChildProcess.ExitStatus? {
    for passed in 0...max(0, limit / 2) {
      if let status = child.reap() { return status }
      if passed < limit / 2 { poll(nil, 0, 2) }
    }
    return nil
  }

  private func writeSome(_ end: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(end, bytes, count)
    #elseif canImport(Musl)
      Musl.write(end, bytes, count)
    #else
      Darwin.write(end, bytes, count)
    #endif
  }

  private func readSome(_ end: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    while true {
      #if canImport(Glibc)
        let got = Glibc.read(end, bytes, count)
      #elseif canImport(Musl)
        let got = Musl.read(end, bytes, count)
      #else
        let got = Darwin.read(end, bytes, count)
      #endif
      if got < 0 && errno == EINTR { continue }
      return got
    }
  }
}
