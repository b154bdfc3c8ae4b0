// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Waits for the first of a loop's sockets and descriptors to have something to read.
///
/// libzmq's own poll asks every socket twice, which is a system call each. On Linux this one waits for the
/// descriptors that libzmq writes to when something happens to a socket, and asks only those sockets of which it
/// cannot know: that were written to or read from since, because either takes note of what happens, silently.
package final class SocketWatch {
  #if os(Linux)
    private var sockets: [Socket?] = []
    private var ready: [Bool] = []
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    package init() throws(TransportError) {
      descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
      if descriptor < 0 { throw .system("watch sockets") }
    }

    deinit { close(descriptor) }

    /// Adds a socket and returns its place.
    package func add(_ socket: Socket) throws(TransportError) -> Int {
      // Told once for each change, because libzmq's descriptor says that there is news, not that there is more.
      try add(try socket.descriptor(), isTold: UInt32(1) << 31, socket)
    }

    /// Adds a descriptor and returns its place.
    package func add(descriptor: Int32) throws(TransportError) -> Int {
      try add(descriptor, isTold: 0, nil)
    }

    private func add(
      _ value: Int32, isTold mode: UInt32, _ socket: Socket?
    ) throws(TransportError) -> Int {
      var event = epoll_event()
      event.events = UInt32(EPOLLIN.rawValue) | mode
      event.data.u64 = UInt64(sockets.count)
      if epoll_ctl(descriptor, EPOLL_CTL_ADD, value, &event) != 0 {
        throw .system("watch a socket")
      }
      socket?.mayHaveInput = true
      sockets.append(socket)
      ready.append(false)
      return sockets.count - 1
    }

    /// Waits at most so long.
    ///
    /// - Returns: false if nothing came.
    package func wait(milliseconds: Int) -> Bool {
      var isAnyReady = false
      for place in ready.indices {
        ready[place] = sockets[place].map { $0.mayHaveInput && $0.hasInput } ?? false
        if ready[place] { isAnyReady = true } else { sockets[place]?.mayHaveInput = false }
      }
      let count = epoll_wait(
        descriptor, &events, Int32(events.count), isAnyReady ? 0 : Int32(clamping: milliseconds))
      for event in events[..<max(0, Int(count))] {
        let place = Int(event.data.u64)
        sockets[place]?.mayHaveInput = true
        ready[place] = true
        isAnyReady = true
      }
      return isAnyReady
    }

    package func isReady(_ place: Int) -> Bool { ready[place] }
  #else
    private let poller = Poller()

    package init() throws(TransportError) {}

    package func add(_ socket: Socket) throws(TransportError) -> Int { poller.add(socket) }

    package func add(descriptor: Int32) throws(TransportError) -> Int {
      poller.add(descriptor: descriptor)
    }

    package func wait(milliseconds: Int) -> Bool { poller.wait(milliseconds: milliseconds) }

    package func isReady(_ place: Int) -> Bool { poller.isReady(place) }
  #endif
}
