// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Buffers that are handed to the system live until its functions return.

/// The operating system, as far as worker processes need it.
enum System {
  static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  /// What errno says.
  static var lastError: String { String(cString: strerror(errno)) }

  /// Monotonic time in nanoseconds.
  static var now: Int {
    var time = timespec()
    #if canImport(Darwin)
      // The other clock counts in microseconds there.
      clock_gettime(CLOCK_UPTIME_RAW, &time)
    #else
      clock_gettime(CLOCK_MONOTONIC, &time)
    #endif
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }

  static func yield() { sched_yield() }

  /// Does nothing for a while.
  static func pause(microseconds: Int64) { _ = apus_wait(nil, 0, microseconds) }

  static func exit(_ status: Int32) -> Never { _exit(status) }

  /// Writes out what the C library still holds.
  static func flush() { fflush(nil) }

  /// Whether the C library still holds output.
  static var hasPendingOutput: Bool { apus_has_pending_output() != 0 }

  /// Lets the C library write each line as soon as it ends, though output goes to a file.
  static func bufferLines() { apus_buffer_lines() }

  /// Writes to the standard error.
  static func writeError(_ text: String) { writeError(Array(text.utf8)) }

  /// Writes bytes to the standard error.
  static func writeError(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        let count = write(2, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0 && errno == EINTR { continue }
        if count < 0 && errno == EAGAIN && waitForRoomInError() { continue }
        if count <= 0 { return }
        start += count
      }
    }
  }

  /// Waits until the standard error takes more, for ten seconds at most; returns whether it does.
  private static func waitForRoomInError() -> Bool {
    var wanted = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    return poll(&wanted, 1, 10_000) > 0
  }

  /// The memory of the machine divided by its cores, in bytes; a large number where the system does not say.
  static var memoryPerCore: Int {
    let (pages, cores) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return pages > 0 && cores > 0 ? pages * Int(apus_page_size()) / cores : .max
  }

  /// The position at which output goes on.
  static var outputPosition: Int { max(0, Int(lseek(1, 0, SEEK_CUR))) }

  /// Bytes of a file from a position on; fewer if it ends before.
  static func read(_ descriptor: Int32, from start: Int, count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let found = pread(
          descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized,
          off_t(start + initialized))
        if found < 0 && errno == EINTR { continue }
        if found <= 0 { break }
        initialized += found
      }
    }
  }

  /// The size of a file in bytes.
  static func size(of descriptor: Int32) -> Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The name under which this program was started.
  static var programName: String? { CommandLine.arguments.first }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// All variables, as NAME=value.
  static var environment: [String] {
    var found: [String] = []
    var next = environ
    while let entry = next.pointee {
      found.append(String(cString: entry))
      next += 1
    }
    return found
  }

  /// The path under which this program can be started again.
  static var ownProgram: String? {
    [CChar](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = apus_own_program(buffer.baseAddress, buffer.count) == 0 ? buffer.count : 0
    }.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
  }
}
