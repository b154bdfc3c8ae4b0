// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Each thread that is started ends by itself and is joined exactly once.

/// What the system allows this process, found out before something is started that would end in the middle.
package enum ProcessLimits {
  /// The descriptors of a controller without engines and clients, and those of each engine.
  private static let (descriptors, descriptorsPerEngine) = (80, 8)
  /// The address space that a controller needs for its threads and buffers, in bytes.
  private static let addressSpace = 256 << 20
  /// The threads of a controller.
  private static let threads = 6

  /// Raises the limit of open files and checks that a controller with these engines can run.
  ///
  /// - Throws: ``ProcessError`` `.tooSmall` with the number that is missing.
  package static func check(engines: Int) throws(ProcessError) {
    let files = OpenFileLimit.raise()
    let needed = descriptors + descriptorsPerEngine * engines
    guard files >= needed else {
      let whom = engines > 0 ? "a controller with \(engines) engines" : "a controller"
      throw ProcessError(
        .tooSmall,
        "this process may open \(files) files and connections, and \(whom) needs \(needed): "
          + "raise the limit with ulimit -n \(needed)")
    }
    let space = limit(of: Int32(RLIMIT_AS.rawValue))
    guard space >= addressSpace else {
      throw ProcessError(
        .tooSmall,
        "this process may use \(space >> 10) KB of address space, and a controller needs "
          + "\(addressSpace >> 10): raise the limit with ulimit -v")
    }
    let count = startThreads(threads)
    guard count == threads else {
      throw ProcessError(
        .tooSmall,
        "the system lets this process start \(count) threads, and a controller needs \(threads): "
          + "raise the limit with ulimit -u, or that of the container")
    }
  }

  private static func limit(of resource: Int32) -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
    #else
      let status = getrlimit(resource, &limit)
    #endif
    return status == 0 ? Int(clamping: limit.rlim_cur) : .max
  }

  /// Starts threads that end at once.
  ///
  /// - Returns: how many could be started at the same time.
  private static func startThreads(_ count: Int) -> Int {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return 0 }
    var started: [pthread_t] = []
    for _ in 0..<count {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      // Each waits until the writer is closed, so that all of them are there at once.
      let reader = UnsafeMutableRawPointer(bitPattern: Int(ends[0]) + 1)
      guard pthread_create(&thread, nil, waitForEnd, reader) == 0 else { break }
      #if canImport(Darwin)
        if let thread { started.append(thread) }
      #else
        started.append(thread)
      #endif
    }
    close(ends[1])
    for thread in started { pthread_join(thread, nil) }
    close(ends[0])
    return started.count
  }

  #if canImport(Darwin)
    private static let waitForEnd:
      @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { end($0) }
  #else
    private static let waitForEnd:
      @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { end($0) }
  #endif

  private static func end(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    var item = pollfd(fd: Int32(Int(bitPattern: pointer) - 1), events: Int16(POLLIN), revents: 0)
    poll(&item, 1, 10_000)
    return nil
  }

  /// The limit of open files, and how many more can be opened; found without looking at each of them.
  package static var openFiles: (limit: Int, free: Int) {
    var limit = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      let status = getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    guard status == 0 else { return (.max, .max) }
    let most = Int(clamping: limit.rlim_cur)
    // The lowest free descriptor; those below it are open.
    let lowest = fcntl(0, F_DUPFD_CLOEXEC, 0)
    guard lowest >= 0 else { return (most, 0) }
    close(lowest)
    return (most, most - Int(lowest))
  }
}
